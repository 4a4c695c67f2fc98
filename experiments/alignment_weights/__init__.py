"""Do common isolation and joint efforts draw two states together? What the record before 2014 says of the weights."""
