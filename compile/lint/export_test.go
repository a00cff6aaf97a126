package lint

// ExampleFiles are files in memory, for tests.
type ExampleFiles = exampleFiles
