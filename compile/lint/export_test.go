package lint

// ExampleFiles are files in memory, for tests.
type ExampleFiles = exampleFiles

// ExampleHost is the host for examples of a row.
var ExampleHost = exampleHost
