package plan

import "fmt"

// IDHelper makes a user namespace that holds the caller beside the container's
// root. An ordinary user may give nothing away (chown(2)); root of a namespace in
// which both exist may, and the container's own namespace does not have the caller.
type IDHelper struct {
	UID       uint32 `json:"uid"` // host ids of the container's root
	GID       uint32 `json:"gid"`
	CallerUID uint32 `json:"caller_uid"`
	CallerGID uint32 `json:"caller_gid"`
}

func (IDHelper) Kind() Kind     { return "id-helper" }
func (IDHelper) Object() string { return "user" }
func (o IDHelper) Describe() string {
	return fmt.Sprintf("make a user namespace with the ids of the container's root and of user %d, to hand things over in", o.CallerUID)
}
func (o IDHelper) Row() Row {
	return Row{"helper", fmt.Sprintf("user namespace of ids %d and %d", o.UID, o.CallerUID), []string{"things are handed over in it"}}
}

// Traverse looks whether the payload may pass a directory of the host and all
// above it. As root of a user namespace it is an ordinary user there.
type Traverse struct {
	Path string `json:"path"`
}

func (Traverse) Kind() Kind         { return "traverse" }
func (o Traverse) Object() string   { return o.Path }
func (o Traverse) Describe() string { return "make sure that " + o.Path + " can be reached" }
func (o Traverse) Row() Row         { return Row{"pass", o.Path, []string{"and all directories above it"}} }
