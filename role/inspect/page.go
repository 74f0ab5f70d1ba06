package inspect

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"runtime/debug"

	"sekisho"
	"sekisho/scan/draw"
	"sekisho/scan/file"
	"sekisho/scan/pdf"
	"sekisho/scan/picture"
	"sekisho/wire"
)

// pages is how many pages of a file can be shown. A file that makes the reader fail has none.
func pages(data []byte) (n int) {
	defer func() {
		if recover() != nil {
			n = 0
		}
	}()
	switch t := file.Sniff(data); {
	case t.Picture():
		return 1
	case t == file.PDF:
		if f, err := pdf.Open(data); err == nil {
			return f.Pages()
		}
	}
	return 0
}

// preview draws one page of a file, which is never opened anywhere else.
func (i *Inspect) preview(ctx context.Context, _ sekisho.Caller, q wire.Preview) (wire.MadePreview, error) {
	i.count()
	if q.Width <= 0 || q.Width > draw.MaxWidth {
		q.Width = draw.MaxWidth
	}
	select {
	case i.drawing <- struct{}{}:
		defer func() { <-i.drawing }()
		defer debug.SetGCPercent(debug.SetGCPercent(30)) // pictures are large, and only one worker's memory is there for them
	case <-ctx.Done():
		return wire.MadePreview{}, sekisho.E("inspect.preview", sekisho.Unavailable, ctx.Err())
	}
	switch t := file.Sniff(q.Data); {
	case t.Picture():
		return drawn(q)
	case t == file.PDF:
		return i.document(ctx, q)
	}
	return wire.MadePreview{Refused: "unreadable"}, nil
}

// drawn is a picture as a page.
func drawn(q wire.Preview) (wire.MadePreview, error) {
	if q.Page != 1 {
		return wire.MadePreview{Refused: "no-page", Pages: 1}, nil
	}
	img, err := picture.Decode(q.Data, q.Width)
	if err != nil {
		return wire.MadePreview{Refused: "unreadable"}, nil
	}
	return encoded(img, 1)
}

// document is a page of a PDF document.
func (i *Inspect) document(ctx context.Context, q wire.Preview) (made wire.MadePreview, err error) {
	defer func() {
		if recover() != nil {
			made, err = wire.MadePreview{Refused: "unreadable"}, nil
		}
	}()
	f, err := pdf.Open(q.Data)
	switch {
	case errors.Is(err, pdf.ErrLocked):
		return wire.MadePreview{Refused: "locked"}, nil
	case err != nil || f.Pages() == 0:
		return wire.MadePreview{Refused: "unreadable"}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, i.config.Page)
	defer cancel()
	img, err := draw.Page(ctx, f, q.Page, q.Width)
	switch {
	case errors.Is(err, pdf.ErrNoPage):
		return wire.MadePreview{Refused: "no-page", Pages: f.Pages()}, nil
	case errors.Is(err, draw.ErrTime):
		return wire.MadePreview{}, sekisho.E("inspect.preview", sekisho.Unavailable, err)
	case err != nil:
		return wire.MadePreview{Refused: "unreadable"}, nil
	}
	return encoded(img, f.Pages())
}

func encoded(img image.Image, pages int) (wire.MadePreview, error) {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img); err != nil {
		return wire.MadePreview{}, sekisho.E("inspect.preview", sekisho.Internal, err)
	}
	size := img.Bounds().Size()
	return wire.MadePreview{Data: b.Bytes(), Width: size.X, Height: size.Y, Pages: pages}, nil
}
