"""The control plane: people, organisations, configuration, history, screens (Django)."""
