"""The state of one history and the turn that moves it: the one place where rules meet arrays."""
