package main

import (
	"sort"
	"strconv"

	"k8s.io/apiserver/pkg/apis/audit"
	auditing "k8s.io/apiserver/pkg/audit"
	"k8s.io/apiserver/pkg/audit/policy"
	"k8s.io/apiserver/pkg/authorization/authorizer"
)

// decision is what kubewitness policy eval prints. Rule is -1 where none matched.
type decision struct {
	Level             audit.Level   `json:"level"`
	OmitStages        []audit.Stage `json:"omitStages"`
	OmitManagedFields bool          `json:"omitManagedFields"`
	Rule              int           `json:"rule"`
}

// decider asks the evaluator of kube-apiserver, which does not say which rule decided. So it is given rules whose levels
// are their indices: it hands the level of the rule that matched on and never looks at it.
type decider struct {
	levels    []audit.Level
	evaluator auditing.PolicyRuleEvaluator
}

func newDecider(loaded *audit.Policy) *decider {
	// a copy: the evaluator writes into the policy that it is given
	numbered := loaded.DeepCopy()
	levels := make([]audit.Level, len(numbered.Rules))
	for index := range numbered.Rules {
		levels[index] = numbered.Rules[index].Level
		numbered.Rules[index].Level = audit.Level(strconv.Itoa(index))
	}
	return &decider{levels, policy.NewPolicyRuleEvaluator(numbered)}
}

func (d *decider) decide(attributes authorizer.Attributes) decision {
	found := d.evaluator.EvaluatePolicyRule(attributes)
	level, rule := found.Level, -1
	if index, err := strconv.Atoi(string(found.Level)); err == nil {
		level, rule = d.levels[index], index
	}
	return decision{level, inOrder(found.OmitStages), found.OmitManagedFields, rule}
}

// inOrder sorts stages and drops those that come twice: the evaluator's come in no promised order.
func inOrder(stages []audit.Stage) []audit.Stage {
	sorted := append([]audit.Stage{}, stages...)
	sort.Slice(sorted, func(a, b int) bool { return sorted[a] < sorted[b] })
	once := sorted[:0]
	for index, stage := range sorted {
		if index == 0 || stage != sorted[index-1] {
			once = append(once, stage)
		}
	}
	return once
}
