package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/go-logr/logr"
	auditv1 "k8s.io/apiserver/pkg/apis/audit/v1"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/klog/v2"
)

type judged struct {
	Error     string          `json:"error"`
	Strict    string          `json:"strict"`
	Policy    *auditv1.Policy `json:"policy"`
	Decisions []decision      `json:"decisions"`
}

// judge loads each policy and decides its requests; an error of a policy is an answer, not an error.
func judge(input io.Reader, output *bufio.Writer) error {
	warnings := &warnings{}
	klog.SetLogger(logr.New(warnings))
	lines, answers := bufio.NewReaderSize(input, 1<<20), json.NewEncoder(output)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) == 0 && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return err
		}
		var asked struct {
			Policy   []byte   `json:"policy"`
			Requests []record `json:"requests"`
		}
		if err := json.Unmarshal(line, &asked); err != nil {
			return err
		}
		answer, err := judgeOne(asked.Policy, asked.Requests, warnings)
		if err != nil {
			return err
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
		if lines.Buffered() == 0 { // somebody waits for the answer
			if err := output.Flush(); err != nil {
				return err
			}
		}
	}
}

func judgeOne(text []byte, requests []record, warnings *warnings) (*judged, error) {
	warnings.strict = ""
	loaded, err := policy.LoadPolicyFromBytes(text)
	answer := &judged{Strict: warnings.strict}
	if err != nil {
		answer.Error = err.Error()
		return answer, nil
	}
	answer.Policy = &auditv1.Policy{}
	if err := auditv1.Convert_audit_Policy_To_v1_Policy(loaded.DeepCopy(), answer.Policy, nil); err != nil {
		return nil, err
	}
	decider, plain := newDecider(loaded), policy.NewPolicyRuleEvaluator(loaded.DeepCopy())
	for index := range requests {
		attributes, err := requests[index].attributes()
		if err != nil {
			return nil, err
		}
		decided, untouched := decider.decide(attributes), plain.EvaluatePolicyRule(attributes)
		stages := inOrder(untouched.OmitStages)
		if !reflect.DeepEqual(decided, decision{untouched.Level, stages, untouched.OmitManagedFields, decided.Rule}) {
			return nil, fmt.Errorf("numbered rules decide %v, plain ones %v: the evaluator looks at levels", decided, untouched)
		}
		answer.Decisions = append(answer.Decisions, decided)
	}
	return answer, nil
}

// warnings takes what kube-apiserver would write into its own log, and keeps what it says about a policy.
type warnings struct{ strict string }

const fallback = "Audit policy contains errors, falling back to lenient decoding: "

func (w *warnings) Info(_ int, message string, _ ...interface{}) {
	if strings.HasPrefix(message, fallback) {
		w.strict = strings.TrimSuffix(strings.TrimPrefix(message, fallback), "\n")
	}
}

func (w *warnings) Init(logr.RuntimeInfo)                  {}
func (w *warnings) Enabled(int) bool                       { return true }
func (w *warnings) Error(error, string, ...interface{})    {}
func (w *warnings) WithValues(...interface{}) logr.LogSink { return w }
func (w *warnings) WithName(string) logr.LogSink           { return w }
