"""What we are built of: is any of it known to be unsafe, on what terms may we use it, and a list of it all."""
