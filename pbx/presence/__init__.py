"""What phones watch: lamps of extensions and slots, presence, waiting messages. Pure logic."""
