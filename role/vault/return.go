package vault

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"time"

	"sekisho"
	"sekisho/ledger"
	"sekisho/wire"
)

// returnPeriod is how long a key marks new return paths; the next period it still verifies them.
const returnPeriod = 14 * 24 * time.Hour

// returnKeys answers VaultReturn. Keys are derived from a secret that stays here, one for each period: all nodes give the same. They
// open nothing, and are entered as a signing key that was lent.
func (v *Vault) returnKeys(_ context.Context, who sekisho.Caller, _ wire.Nothing) (wire.ReturnKeys, error) {
	period := v.config.Clock().Unix() / int64(returnPeriod/time.Second)
	out := wire.ReturnKeys{Until: time.Unix((period+1)*int64(returnPeriod/time.Second), 0)}
	for _, n := range []int64{period, period - 1} {
		k, err := hkdf.Key(sha256.New, v.returns, nil, fmt.Sprintf("sekisho return path %d", n), sha256.Size)
		if err != nil {
			return wire.ReturnKeys{}, sekisho.E("vault.return", sekisho.Internal, err)
		}
		out.Keys = append(out.Keys, k)
	}
	e := by(who, ledger.Signature)
	e.Class, e.Object, e.Flags = sekisho.ClassCredential, uint64(period), ledger.FlagLease
	if err := v.enter(e); err != nil {
		return wire.ReturnKeys{}, err
	}
	return out, nil
}
