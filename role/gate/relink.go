package gate

import (
	"context"
	"time"

	"sekisho"
	"sekisho/mail/weblink"
)

// relink gives what inspect has to know to write the links of this one mail: a key derived for it, good for no other mail. Lasts is how
// long they open by one click, as the rule says. "" when there is no desk that they could lead over.
func (in *intake) relink(ctx context.Context, c *contract, lasts string) (string, error) {
	if in.gate.config.Desk == "" {
		return "", nil
	}
	life := weblink.Life
	if lasts != "" {
		var err error
		if life, err = time.ParseDuration(lasts); err != nil {
			return "", sekisho.E("gate.relink", sekisho.Corrupt, err) // package policy has checked it
		}
	}
	now := in.gate.config.Clock()
	key, err := in.gate.urls.Key(ctx, c.ID, now)
	if err != nil {
		return "", err
	}
	w := weblink.For(key, c.ID, now.Add(life))
	w.Origin = in.gate.config.Desk
	if c.URLs != nil {
		w.Skip = c.URLs.Allow
	}
	return w.Text(), nil
}
