"""How frames are written: what each site asks of a contract, which constant says it, and where that stands."""
