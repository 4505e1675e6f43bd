package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	"k8s.io/apiserver/pkg/apis/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

const longestLine = 64 << 20

// eval is kubewitness policy eval: a decision a line, or what is wrong with it.
func eval(path string, input io.Reader, output *bufio.Writer) error {
	loaded, err := policy.LoadPolicyFromFile(path)
	if err != nil {
		return err
	}
	decider, answers := newDecider(loaded), json.NewEncoder(output)
	return eachRequest(input, answers, func(attributes authorizer.Attributes) error {
		return answers.Encode(decider.decide(attributes))
	})
}

// show prints what the policy would be asked about each request.
func show(input io.Reader, output *bufio.Writer) error {
	answers := json.NewEncoder(output)
	return eachRequest(input, answers, func(a authorizer.Attributes) error {
		isResource := a.IsResourceRequest()
		shown := record{
			Verb: a.GetVerb(), ResourceRequest: &isResource, APIGroup: a.GetAPIGroup(), Resource: a.GetResource(),
			Subresource: a.GetSubresource(), Name: a.GetName(), Namespace: a.GetNamespace(), Path: a.GetPath(),
		}
		if user := a.GetUser(); user != nil {
			name := user.GetName()
			shown.User.Name, shown.Groups = &name, user.GetGroups()
		}
		return answers.Encode(shown)
	})
}

func eachRequest(input io.Reader, answers *json.Encoder, handle func(authorizer.Attributes) error) error {
	return eachLine(input, func(line []byte) error {
		asked := record{}
		attributes, err := authorizer.Attributes(nil), json.Unmarshal(line, &asked)
		if err == nil {
			attributes, err = asked.attributes()
		}
		if err != nil {
			return answers.Encode(map[string]string{"error": err.Error()})
		}
		return handle(attributes)
	})
}

// row counts the events that one rule decided alike. Kept: the level is not None and the stage is not omitted.
// Bytes are those of their lines, the newlines among them.
type row struct {
	Rule   int         `json:"rule"`
	Level  audit.Level `json:"level"`
	Kept   bool        `json:"kept"`
	Events int         `json:"events"`
	Bytes  int         `json:"bytes"`
}

type key struct {
	rule int
	kept bool
}

// replay counts what the policy would have done with the events of the logs.
func replay(path string, logs []string, output *bufio.Writer) error {
	loaded, err := policy.LoadPolicyFromFile(path)
	if err != nil {
		return err
	}
	decider, rows, unreadable := newDecider(loaded), map[key]*row{}, 0
	count := func(line []byte) error {
		seen := struct {
			Verb string    `json:"verb"`
			User principal `json:"user"`
			event
		}{}
		asked := record{}
		err := json.Unmarshal(line, &seen)
		asked.Verb, asked.User, asked.event = seen.Verb, seen.User, seen.event
		if err == nil {
			if attributes, unclear := asked.recorded(); unclear != nil {
				err = unclear
			} else {
				add(rows, decider.decide(attributes), audit.Stage(seen.Stage), len(line))
			}
		}
		if err != nil {
			unreadable++
		}
		return nil
	}
	for _, name := range logs {
		if err := eachLineOf(name, count); err != nil {
			return fmt.Errorf("%s: %v", name, err)
		}
	}
	return json.NewEncoder(output).Encode(struct {
		Unreadable int    `json:"unreadable"`
		Rows       []*row `json:"rows"`
	}{unreadable, sorted(rows)})
}

func add(rows map[key]*row, decided decision, stage audit.Stage, length int) {
	kept := decided.Level != audit.LevelNone
	for _, omitted := range decided.OmitStages {
		kept = kept && omitted != stage
	}
	at := key{decided.Rule, kept}
	if rows[at] == nil {
		rows[at] = &row{Rule: decided.Rule, Level: decided.Level, Kept: kept}
	}
	rows[at].Events++
	rows[at].Bytes += length
}

func sorted(rows map[key]*row) []*row {
	list := []*row{}
	for _, found := range rows {
		list = append(list, found)
	}
	sort.Slice(list, func(a, b int) bool {
		return list[a].Rule < list[b].Rule || (list[a].Rule == list[b].Rule && list[a].Kept && !list[b].Kept)
	})
	return list
}

func eachLineOf(name string, handle func([]byte) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return eachLine(file, handle)
}

// eachLine hands over each line that is not blank, with its newline. The bytes are good until the next one.
func eachLine(input io.Reader, handle func([]byte) error) error {
	lines := bufio.NewReaderSize(input, 1<<20)
	var long []byte
	for {
		part, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, part...); len(long) > longestLine {
				return fmt.Errorf("a line of more than %d bytes", longestLine)
			}
			continue
		}
		if len(long) > 0 {
			long = append(long, part...)
			part = long
		}
		if len(bytes.TrimSpace(part)) > 0 {
			if failed := handle(part); failed != nil {
				return failed
			}
		}
		long = long[:0]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
