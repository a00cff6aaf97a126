package plan

// AppArmorFacts is what the host's AppArmor can do, for this caller.
type AppArmorFacts struct {
	Label    string `json:"label"`              // the caller's own, "unconfined" for none
	Mount    bool   `json:"mount,omitempty"`    // it decides over mounts
	Stacking bool   `json:"stacking,omitempty"` // a container can have policies of its own, below the host's
	Loading  bool   `json:"loading,omitempty"`  // the caller may load profiles
	Parser   string `json:"parser,omitempty"`   // path of apparmor_parser(8), empty when it is not installed
}

// ProfileState is what is known of a profile.
type ProfileState string

// The states.
const (
	ProfileLoaded  ProfileState = "loaded"
	ProfileMissing ProfileState = "missing"
	ProfileHidden  ProfileState = "hidden" // the caller may not see which are loaded
)

// words lists the states, for reading facts.
func (ProfileState) words() []string {
	return []string{string(ProfileLoaded), string(ProfileMissing), string(ProfileHidden)}
}

// Profile is an AppArmor profile that the configuration names.
type Profile struct {
	Name  string       `json:"name"`
	State ProfileState `json:"state"`
}

// Profile returns what is known of a profile; one that was not asked for is hidden.
func (f Facts) Profile(name string) ProfileState {
	for _, p := range f.Profiles.items {
		if p.Name == name {
			return p.State
		}
	}
	return ProfileHidden
}
