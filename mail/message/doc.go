// Package message reads Internet mail: header, MIME tree, addresses, words and texts. It is the only reader of MIME in
// the product, so that what was inspected, what is shown and what is cut out for IMAP are one and the same reading.
//
// Mail is a text: header fields, an empty line, a body (RFC 5322). MIME (RFC 2045 to 2049) makes a tree of it: a body
// may be divided by a boundary line into parts, each of which has a header of its own and is encoded for transport.
// The rules are loose and programs looser, so one and the same text can be two mails: a scanner sees a harmless one, a
// mail program shows the other. Read therefore never fails. It takes one reading, and whatever could be read another
// way becomes a finding of kind ambiguous. With a score above 0 the mail has to be written anew, by Rewrite with
// Canonical, before anybody else reads it; with score 0 the oddity is so common that all programs agree about it.
//
// Positions are counted from byte 0 of the text given to Read. Line ends are CR LF, or LF in files; the way between
// them is no difference for the reading, a mixture of both is ambiguous.
package message
