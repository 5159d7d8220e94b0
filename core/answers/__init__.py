"""Forms that act: what each answered is kept for a day, so that the same form sent again acts once and is answered again."""
