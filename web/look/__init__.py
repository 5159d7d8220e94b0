"""The look and the language a visitor chose: kept in cookies, so that pages look right before anyone signs in."""
