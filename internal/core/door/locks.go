package door

// locks says which of the locks of this package are off. The zero value has all on, and
// only a build with the tag lockless has a way to set it.
type locks struct {
	ledgerOff bool
	guardOff  bool
}
