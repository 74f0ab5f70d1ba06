package webmail

import "sekisho/wire"

// picture answers GET /jmap/picture/{accountId}/{emailId}/{n}.
func (t *turn) picture() (wire.WebResponse, error) {
	return problem(t.q.Language, 404, "not-found", ""), nil
}

// preview answers GET /jmap/preview/{accountId}/{blobId}/{page}.
func (t *turn) preview() (wire.WebResponse, error) {
	return problem(t.q.Language, 404, "not-found", ""), nil
}
