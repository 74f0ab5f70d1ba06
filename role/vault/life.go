package vault

import (
	"context"

	"sekisho"
	"sekisho/wire"
)

// serveLife adds the calls about the life of keys. Those that replace or destroy keys take the life lock themselves.
func (v *Vault) serveLife(s *wire.Service) {
	wire.Handle(s, wire.VaultRotate, v.rotate)
	wire.Handle(s, wire.VaultRecover, using(v, v.recover))
	wire.Handle(s, wire.VaultOfficers, using(v, v.officers))
	wire.Handle(s, wire.VaultArchive, using(v, v.openArchive))
	wire.Handle(s, wire.VaultArchiveRead, using(v, v.readArchive))
	wire.Handle(s, wire.VaultArchiveShut, using(v, v.shutArchive))
	wire.Handle(s, wire.VaultTerminate, v.terminate)
	wire.Handle(s, wire.VaultTerminated, using(v, v.terminated))
	wire.Handle(s, wire.VaultContact, using(v, v.contact))
	wire.Handle(s, wire.VaultSnapshot, v.snapshot)
	wire.Handle(s, wire.VaultPin, using(v, v.pin))
}

// using keeps keys from being replaced or destroyed while an answer uses them.
func using[Q, A any](v *Vault, f func(context.Context, sekisho.Caller, Q) (A, error)) func(context.Context, sekisho.Caller, Q) (A, error) {
	return func(ctx context.Context, who sekisho.Caller, q Q) (A, error) {
		v.life.RLock()
		defer v.life.RUnlock()
		return f(ctx, who, q)
	}
}
