//! Reading the neutral JSON form.
