"""How fast litpost is, and whether what it shows is right, beside its peers."""
