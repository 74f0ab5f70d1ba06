package learn

import (
	"crypto/aes"
	"encoding/binary"

	"sekisho"
)

// Mask gives an opinion whose features are replaced, one by one, by numbers that depend on a key of 16, 24 or 32 bytes (AES of the
// number, cut): layers that are taught with masked features speak of masked features. Who keeps the layers but not the key cannot ask
// them about words; what remains to be seen is how many features a mail has, and which of them mails have in common. The error is
// Invalid.
func (o Opinion) Mask(key []byte) (Opinion, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return Opinion{}, sekisho.E("learn.mask", sekisho.Invalid, err)
	}
	list, err := Unpack(o.Features)
	if err != nil {
		return Opinion{}, err
	}
	var in, out [aes.BlockSize]byte
	for i, f := range list {
		binary.LittleEndian.PutUint32(in[:], f)
		block.Encrypt(out[:], in[:])
		list[i] = binary.LittleEndian.Uint32(out[:]) % limit
	}
	o.Features = Pack(list)
	return o, nil
}
