"""What free-running histories say of the years after the record that the model was held to."""
