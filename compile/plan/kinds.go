package plan

import "sync"

// A kindRow ties the word of an op in the plan format to its Go type.
type kindRow struct {
	kind   Kind
	side   Side
	zero   Op // without anything
	is     func(Op) bool
	decode func(data []byte) (Op, error)
}

// decodeOp reads an op of a known type, refusing unknown fields.
func decodeOp[O Op](data []byte) (Op, error) {
	var op O
	if err := decodeStrict(data, &op); err != nil {
		return nil, err
	}
	return op, nil
}

// row makes the table entry of one op type.
func row[O Op](side Side) kindRow {
	var zero O
	is := func(op Op) bool { _, is := op.(O); return is }
	return kindRow{zero.Kind(), side, zero, is, decodeOp[O]}
}

// kinds lists every op there is, once, with the side that carries it out. The
// launch has exactly one executor for each, on that side; a test demands it. It
// is made at the first use, not when the process starts.
func kinds() []kindRow {
	kindTable.once.Do(func() { kindTable.rows = makeKinds() })
	return kindTable.rows
}

var kindTable struct {
	once sync.Once
	rows []kindRow
}

func makeKinds() []kindRow {
	return []kindRow{
		row[MonitorUnshare](Monitor),
		row[HostHook](Monitor),
		row[AppArmorProfile](Monitor),
		row[IDHelper](Monitor),
		row[CgroupScope](Monitor),
		row[CgroupAside](Monitor),
		row[CgroupCreate](Monitor),
		row[CgroupLimit](Monitor),
		row[CgroupDelegate](Monitor),
		row[DeviceRules](Monitor),
		row[RootfsPin](Monitor),
		row[ConsolePeer](Monitor),
		row[ConsoleLog](Monitor),
		row[ConsoleBuffer](Monitor),
		row[ConsoleOpen](Monitor),
		row[Spawn](Monitor),
		row[IDMapWrite](Monitor),
		row[Veth](Monitor),
		row[UserVeth](Monitor),
		row[Macvlan](Monitor),
		row[IPvlan](Monitor),
		row[VLAN](Monitor),
		row[Phys](Monitor),
		row[BridgePort](Monitor),
		row[BridgeVLAN](Monitor),
		row[OpenVSwitchPort](Monitor),
		row[HostLinkSysctl](Monitor),
		row[HostLinkUp](Monitor),
		row[HostRoute](Monitor),
		row[ProxyNeighbour](Monitor),
		row[NetScript](Monitor),
		row[InterfaceHWAddr](Monitor),
		row[InterfaceAddress](Monitor),
		row[InterfaceUp](Monitor),
		row[InterfaceRoute](Monitor),
		row[LoopAttach](Monitor),
		row[NBDAttach](Monitor),
		row[RBDMap](Monitor),
		row[ZFSFind](Monitor),
		row[RootfsDevice](Monitor),
		row[RootfsTree](Monitor),
		row[MountIDMap](Monitor),
		row[ProcFile](Monitor),
		row[Prlimit](Monitor),
		row[NamespaceHold](Monitor),
		row[SeccompListener](Monitor),
		row[Run](Monitor),
		row[StorageRemove](Monitor),
		row[ContainerRemove](Monitor),

		row[ParentDeath](Payload),
		row[SchedCore](Payload),
		row[CgroupEnter](Payload),
		row[UserEnter](Payload),
		row[Traverse](Payload),
		row[Unshare](Payload),
		row[NetlinkHandover](Payload),
		row[TimeNamespace](Payload),
		row[MakePrivate](Payload),
		row[Hook](Payload),
		row[Rootfs](Payload),
		row[RootfsOverlay](Payload),
		row[RootfsTake](Payload),
		row[HostRoot](Payload),
		row[Hostname](Payload),
		row[Keyring](Payload),
		row[Directory](Payload),
		row[Mount](Payload),
		row[Bind](Payload),
		row[TreeOpen](Payload),
		row[TreeAttach](Payload),
		row[Node](Payload),
		row[Symlink](Payload),
		row[Unmount](Payload),
		row[Console](Payload),
		row[TTY](Payload),
		row[CgroupDirectory](Payload),
		row[CgroupBind](Payload),
		row[PivotRoot](Payload),
		row[Propagate](Payload),
		row[BootID](Payload),
		row[Personality](Payload),
		row[Sysctl](Payload),
		row[CapabilityDrop](Payload),
		row[Stdio](Payload),
		row[Session](Payload),
		row[WorkDir](Payload),
		row[CheckInit](Payload),
		row[ListenFDs](Payload),
		row[Label](Payload),
		row[NoNewPrivs](Payload),
		row[Seccomp](Payload),
		row[Identity](Payload),
		row[Exec](Payload),
		row[Init](Payload),
	}
}

// KindSides returns every kind of op with the side that carries it out.
func KindSides() map[Kind]Side {
	sides := make(map[Kind]Side)
	for _, r := range kinds() {
		sides[r.kind] = r.side
	}
	return sides
}

// Kinds returns the op of every kind that has nothing in it, in the order of the
// table: for tests, and for what is generated from the types.
func Kinds() []Op {
	ops := make([]Op, 0, len(kinds()))
	for _, r := range kinds() {
		ops = append(ops, r.zero)
	}
	return ops
}

func lookupKind(k Kind) (kindRow, bool) {
	for _, r := range kinds() {
		if r.kind == k {
			return r, true
		}
	}
	return kindRow{}, false
}
