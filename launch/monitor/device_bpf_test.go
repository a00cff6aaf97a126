//go:build linux

package monitor

import (
	"testing"

	"lxcfg/compile/plan"
)

// run interprets a device filter, as far as these filters go.
func run(t *testing.T, program []insn, kind, access, major, minor uint32) bool {
	t.Helper()
	var reg [11]uint64
	context := map[int16]uint32{0: access<<16 | kind, 4: major, 8: minor}
	for pc := 0; pc < len(program); pc++ {
		in := program[pc]
		switch in.op {
		case opLoadWord:
			reg[in.dst] = uint64(context[in.off])
		case opMovReg:
			reg[in.dst] = reg[in.src]
		case opMovImm:
			reg[in.dst] = uint64(in.imm)
		case opAndImm:
			reg[in.dst] &= uint64(uint32(in.imm))
		case opShiftR:
			reg[in.dst] = uint64(uint32(reg[in.dst]) >> in.imm)
		case opJumpNE:
			if reg[in.dst] != uint64(in.imm) {
				pc += int(in.off)
			}
		case opJumpNER:
			if reg[in.dst] != reg[in.src] {
				pc += int(in.off)
			}
		case opExit:
			return reg[regResult] == 1
		default:
			t.Fatalf("instruction %d is unknown: %v", pc, in)
		}
	}
	t.Fatal("the program does not end")
	return false
}

func TestDeviceProgram(t *testing.T) {
	deny := plan.DeviceRule{Type: "a", Major: -1, Minor: -1}
	allowAll := plan.DeviceRule{Allow: true, Type: "a", Major: -1, Minor: -1}
	null := plan.DeviceRule{Allow: true, Type: "c", Major: 1, Minor: 3, Access: "rwm"}
	mknod := plan.DeviceRule{Allow: true, Type: "c", Major: -1, Minor: -1, Access: "m"}
	pts := plan.DeviceRule{Allow: true, Type: "c", Major: 136, Minor: -1, Access: "rw"}
	noNull := plan.DeviceRule{Type: "c", Major: 1, Minor: 3, Access: "rwm"}
	noNullWrite := plan.DeviceRule{Type: "c", Major: 1, Minor: 3, Access: "w"}

	for name, c := range map[string]struct {
		rules                      []plan.DeviceRule
		kind, access, major, minor uint32
		want                       bool
	}{
		"what is listed is allowed":               {[]plan.DeviceRule{deny, null}, devChar, accRead | accWrite, 1, 3, true},
		"what is not listed is denied":            {[]plan.DeviceRule{deny, null}, devChar, accRead, 1, 1, false},
		"a list without deny = a is one too":      {[]plan.DeviceRule{null}, devChar, accRead, 1, 1, false},
		"deny = a alone denies":                   {[]plan.DeviceRule{deny}, devChar, accRead, 1, 3, false},
		"the type counts":                         {[]plan.DeviceRule{deny, null}, devBlock, accRead, 1, 3, false},
		"any number":                              {[]plan.DeviceRule{deny, pts}, devChar, accRead | accWrite, 136, 77, true},
		"an access beyond the rule":               {[]plan.DeviceRule{deny, pts}, devChar, accRead | accMknod, 136, 77, false},
		"mknod of anything":                       {[]plan.DeviceRule{deny, mknod, null}, devChar, accMknod, 8, 0, true},
		"but not its use":                         {[]plan.DeviceRule{deny, mknod, null}, devChar, accRead, 8, 0, false},
		"allow = a opens all but what is denied":  {[]plan.DeviceRule{allowAll, noNull}, devChar, accRead, 1, 3, false},
		"and leaves the rest":                     {[]plan.DeviceRule{allowAll, noNull}, devChar, accRead, 1, 5, true},
		"a later deny withdraws an earlier allow": {[]plan.DeviceRule{deny, null, noNull}, devChar, accRead, 1, 3, false},
		"it withdraws no more than it says":       {[]plan.DeviceRule{deny, null, noNullWrite}, devChar, accRead, 1, 3, true},
		"and that much":                           {[]plan.DeviceRule{deny, null, noNullWrite}, devChar, accWrite, 1, 3, false},
		"a second a starts again":                 {[]plan.DeviceRule{null, deny}, devChar, accRead, 1, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := run(t, deviceProgram(c.rules), c.kind, c.access, c.major, c.minor); got != c.want {
				t.Errorf("allowed: %v, want %v", got, c.want)
			}
		})
	}
	if program := deviceProgram([]plan.DeviceRule{deny, allowAll}); program != nil {
		t.Errorf("rules that allow everything give the program %v", program)
	}
}

// However often rules come and go over the command socket, there are no more of them than
// devices.
func TestRulesDoNotPileUp(t *testing.T) {
	rules := []plan.DeviceRule{{Type: "a", Major: -1, Minor: -1}}
	for range 100 {
		for _, allow := range []bool{true, true, false, true} {
			for _, access := range []string{"r", "rw", "rwm"} {
				rules = addRule(rules, plan.DeviceRule{Allow: allow, Type: "c", Major: 1, Minor: 3, Access: access})
			}
		}
	}
	if len(rules) != 2 || !run(t, deviceProgram(rules), devChar, accAnyAll, 1, 3) {
		t.Errorf("the rules are %v", rules)
	}
}

// Every op of the monitor's side is carried out by Do, and no other is.
func TestEveryKindIsCarriedOut(t *testing.T) {
	done := map[plan.Kind]bool{}
	for _, op := range []plan.Op{plan.AppArmorProfile{}, plan.IDHelper{}, plan.CgroupScope{}, plan.CgroupAside{}, plan.CgroupCreate{}, plan.CgroupLimit{}, plan.CgroupDelegate{}, plan.DeviceRules{},
		plan.ConsoleOpen{}, plan.Spawn{}, plan.IDMapWrite{}, plan.SeccompListener{}, plan.Run{},
		plan.Veth{}, plan.UserVeth{}, plan.Macvlan{}, plan.IPvlan{}, plan.VLAN{}, plan.Phys{},
		plan.BridgePort{}, plan.BridgeVLAN{}, plan.OpenVSwitchPort{}, plan.HostLinkSysctl{}, plan.HostLinkUp{}, plan.HostRoute{},
		plan.ProxyNeighbour{}, plan.NetScript{},
		plan.InterfaceHWAddr{}, plan.InterfaceAddress{}, plan.InterfaceUp{}, plan.InterfaceRoute{},
		plan.MonitorUnshare{}, plan.HostHook{}, plan.ProcFile{}, plan.Prlimit{}, plan.NamespaceHold{},
		plan.StorageRemove{}, plan.ContainerRemove{}, plan.ConsolePeer{}, plan.ConsoleLog{}, plan.ConsoleBuffer{},
		plan.RootfsPin{}, plan.LoopAttach{}, plan.NBDAttach{}, plan.RBDMap{}, plan.ZFSFind{}, plan.RootfsDevice{}, plan.RootfsTree{}, plan.MountIDMap{},
	} {
		done[op.Kind()] = true
	}
	for kind, side := range plan.KindSides() {
		if (side == plan.Monitor) != done[kind] {
			t.Errorf("kind %q is on the side of the %s", kind, side)
		}
	}
}
