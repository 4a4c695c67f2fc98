"""What a schema cannot say: names that refer to nothing, parts that contradict each other."""
