"""What a call is and what happens in it. Pure: events and the time in, commands out."""
