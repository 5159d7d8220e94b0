"""Terms, exposure cap and suspension of the banks that issue points."""
