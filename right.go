package sekisho

import "slices"

// Right is one thing that somebody may do in the administration of a contract. What is not given is refused; to look and to
// change are different rights.
type Right string

// The rights, as they stand in the API's description and in the scopes of access tokens.
const (
	ViewContract    Right = "contract:view"
	ChangeContract  Right = "contract:change" // settings and status; to add one is an operator's
	ViewDomain      Right = "domain:view"
	ChangeDomain    Right = "domain:change"
	ViewAccount     Right = "account:view" // accounts, aliases and groups
	ChangeAccount   Right = "account:change"
	ViewPolicy      Right = "policy:view"
	ChangePolicy    Right = "policy:change"
	ViewTrace       Right = "trace:view"
	ViewKept        Right = "kept:view" // what lies in quarantine and on hold, without its content
	OpenKept        Right = "kept:open" // look into it: an opening
	SettleKept      Right = "kept:settle"
	ApproveHold     Right = "hold:approve" // decide about mail that waits for somebody else's word
	ViewPartner     Right = "partner:view" // the shared address book
	ChangePartner   Right = "partner:change"
	ViewQueue       Right = "queue:view" // deliveries to the outside, without content
	SteerQueue      Right = "queue:steer"
	ViewStatistics  Right = "statistics:view"
	ViewInsider     Right = "insider:view" // what is unusual about people: the auditor's alone
	ViewChange      Right = "change:view"  // who changed what
	ViewAccess      Right = "access:view"  // what the operator looked at, and by which grant
	ApproveGrant    Right = "grant:approve"
	AskGrant        Right = "grant:ask"
	ManageToken     Right = "token:manage"
	ViewSystem      Right = "system:view" // ledger, workers, incidents: the installation's
	ManageContracts Right = "contracts:manage"
)

// dutyRights says what each duty brings within a contract. Operator's line is what he may without a grant, in every contract.
func dutyRights(duty string) []Right {
	switch duty {
	case "help-desk":
		return []Right{ViewContract, ViewDomain, ViewAccount, ViewTrace, ViewKept, ViewQueue, ViewPartner, ViewStatistics}
	case "auditor":
		return []Right{ViewContract, ViewDomain, ViewAccount, ViewPolicy, ViewTrace, ViewKept, ViewQueue, ViewPartner, ViewStatistics, ViewInsider, ViewChange, ViewAccess}
	case "approver", "asked": // asked: who has no duty, while a mail waits for his word
		return []Right{ViewContract, ViewKept, OpenKept, ApproveHold}
	case "domain-admin":
		return []Right{ViewContract, ViewDomain, ViewAccount, ChangeAccount}
	case "admin", "contract-admin":
		return []Right{ViewContract, ChangeContract, ViewDomain, ChangeDomain, ViewAccount, ChangeAccount, ViewPolicy, ChangePolicy, ViewTrace,
			ViewKept, OpenKept, SettleKept, ApproveHold, ViewQueue, SteerQueue, ViewPartner, ChangePartner, ViewStatistics, ViewChange, ViewAccess, ApproveGrant}
	case "operator":
		return []Right{ViewContract, ChangeContract, ViewDomain, ViewAccount, ViewStatistics, ViewAccess, AskGrant, ApproveGrant, ViewSystem, ManageContracts}
	}
	return nil
}

// Duties are the roles that an account can have, the least first. "admin" is how older rows spell "contract-admin".
func Duties() []string {
	return []string{"user", "help-desk", "auditor", "approver", "domain-admin", "contract-admin", "operator"}
}

// RightsOf lists what somebody with a duty may do; tokens for himself everybody.
func RightsOf(duty string) []Right { return append([]Right{ManageToken}, dutyRights(duty)...) }

// May says whether a duty brings a right.
func May(duty string, r Right) bool {
	return slices.Contains(RightsOf(duty), r)
}

// MayGive says whether somebody with a duty may give another one: operators any, a contract's administrators any but
// operator, a domain's administrators only user.
func MayGive(duty, other string) bool {
	switch {
	case !slices.Contains(Duties(), other):
		return false
	case duty == "operator":
		return true
	case duty == "admin", duty == "contract-admin":
		return other != "operator"
	}
	return duty == "domain-admin" && other == "user"
}
