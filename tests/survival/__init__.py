"""What survives which failure: real processes, real phones, kill -9, full disks, absent databases."""
