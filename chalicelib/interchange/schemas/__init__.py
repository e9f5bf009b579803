"""What imports look like on the wire: what is asked, and what is answered."""
