"""What one person asks for and another one decides."""
