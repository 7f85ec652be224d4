package formpack

// check is what publishing demands beyond a package that runs.
func (p *Package) check(env Env) []Problem { return nil }
