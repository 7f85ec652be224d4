package app

// locks says which locks are off. The zero value has all on, and only a build with the tag
// lockless has a way to set it.
type locks struct {
	policyOff bool
	rowsOff   bool
	ledgerOff bool
	guardOff  bool
}
