"""Ways out to a person: text messages and e-mail."""
