"""Steps that several services share; each works inside the transaction that it is given."""
