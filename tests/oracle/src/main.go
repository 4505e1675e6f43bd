// Oracle answers with k8s.io/apiserver's own code what kubewitness answers with its own: which audit policies
// kube-apiserver takes, in which words it refuses the others, and what a policy records of a request.
package main

import (
	"bufio"
	"fmt"
	"os"
)

const usage = `usage: oracle judge              lines of {"policy": base64, "requests": [...]} on stdin
       oracle eval POLICY        a request or an audit event a line on stdin
       oracle attributes         the same lines: what the policy would be asked
       oracle replay POLICY LOG...`

func main() {
	arguments := os.Args[1:]
	output := bufio.NewWriterSize(os.Stdout, 1<<20)
	var err error
	switch {
	case len(arguments) == 1 && arguments[0] == "judge":
		err = judge(os.Stdin, output)
	case len(arguments) == 2 && arguments[0] == "eval":
		err = eval(arguments[1], os.Stdin, output)
	case len(arguments) == 1 && arguments[0] == "attributes":
		err = show(os.Stdin, output)
	case len(arguments) > 2 && arguments[0] == "replay":
		err = replay(arguments[1], arguments[2:], output)
	default:
		err = fmt.Errorf("%s", usage)
	}
	if flushed := output.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
