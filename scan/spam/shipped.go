package spam

import _ "embed"

//go:embed model.bin
var shipped []byte

// Shipped is the model that comes with the product. It was made by "sekisho learn" from the training part of a public
// collection of mails; the command and the collection are named beside it. Do not change it.
func Shipped() []byte { return shipped }
