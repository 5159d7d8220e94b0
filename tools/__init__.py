"""What is run beside the product: measurements, drills, a trial, pictures, a verifier. Nothing of the product imports it."""
