package plan

// FactsWithWords lists the facts that the table of words has, in its order.
func FactsWithWords() []string {
	facts := make([]string, 0, len(factRows))
	for _, r := range factRows {
		facts = append(facts, r.fact)
	}
	return facts
}
