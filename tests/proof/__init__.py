"""The proof that nobody is lost or mailed twice, whatever breaks."""
