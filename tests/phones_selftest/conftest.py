"""The self-tests need phones, not the control plane."""
