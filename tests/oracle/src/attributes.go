package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/endpoints/request"
)

// record is a request: the fields of authorizer.Attributes, or an audit event.
type record struct {
	User            principal `json:"user"`
	Groups          []string  `json:"groups"`
	Verb            string    `json:"verb"`
	ResourceRequest *bool     `json:"resourceRequest"`
	APIGroup        string    `json:"apiGroup"`
	Resource        string    `json:"resource"`
	Subresource     string    `json:"subresource"`
	Name            string    `json:"name"`
	Namespace       string    `json:"namespace"`
	Path            string    `json:"path"`
	event
}

// event has the fields of an audit event that say which request it was.
type event struct {
	Kind       string     `json:"kind,omitempty"`
	Stage      string     `json:"stage,omitempty"`
	RequestURI string     `json:"requestURI,omitempty"`
	ObjectRef  *objectRef `json:"objectRef,omitempty"`
}

type objectRef struct {
	APIGroup    string `json:"apiGroup"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource"`
	Name        string `json:"name"`
	Namespace   string `json:"namespace"`
}

// principal is a user: a name or null among attributes, an object in an event.
type principal struct {
	Name   *string
	Groups []string
}

func (p principal) MarshalJSON() ([]byte, error) { return json.Marshal(p.Name) }

func (p *principal) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return json.Unmarshal(text, &p.Name)
	}
	var info struct {
		Username string   `json:"username"`
		Groups   []string `json:"groups"`
	}
	err := json.Unmarshal(text, &info)
	// an event has a user in any case; of a failed login it is empty, and the policy was asked without one
	if err == nil && (info.Username != "" || len(info.Groups) > 0) {
		p.Name, p.Groups = &info.Username, info.Groups
	}
	return err
}

func (r *record) isEvent() bool {
	return r.Kind == "Event" || r.RequestURI != "" || r.ObjectRef != nil
}

func (r *record) attributes() (authorizer.Attributes, error) {
	if r.isEvent() {
		return r.recorded()
	}
	isResource := r.Resource != ""
	if r.ResourceRequest != nil {
		isResource = *r.ResourceRequest
	}
	return authorizer.AttributesRecord{
		User: r.user(r.Groups), Verb: r.Verb, ResourceRequest: isResource, APIGroup: r.APIGroup,
		Resource: r.Resource, Subresource: r.Subresource, Name: r.Name, Namespace: r.Namespace, Path: r.Path,
	}, nil
}

// user is nil, and no nil pointer in an interface, where there is none.
func (r *record) user(groups []string) user.Info {
	if r.User.Name == nil {
		return nil
	}
	return &user.DefaultInfo{Name: *r.User.Name, Groups: groups}
}

// As in the server's NewRequestInfoResolver.
var resolver = request.RequestInfoFactory{
	APIPrefixes:          sets.NewString("api", "apis"),
	GrouplessAPIPrefixes: sets.NewString("api"),
}

// recorded is what the policy was asked about the request of an event: everything from its URI, as the server's own
// GetAuthorizerAttributes has it. The objectRef was completed later, from the object.
func (r *record) recorded() (authorizer.Attributes, error) {
	attributes := authorizer.AttributesRecord{User: r.user(r.User.Groups), Verb: r.Verb}
	if r.RequestURI == "" {
		return r.referred(attributes)
	}
	uri, err := url.ParseRequestURI(r.RequestURI)
	if err != nil {
		return nil, err
	}
	info, err := resolver.NewRequestInfo(&http.Request{Method: method(r.Verb), URL: uri})
	if err != nil {
		return nil, err
	}
	attributes.ResourceRequest, attributes.Path = info.IsResourceRequest, info.Path
	if info.IsResourceRequest {
		attributes.APIGroup, attributes.Resource, attributes.Subresource = info.APIGroup, info.Resource, info.Subresource
		attributes.Name, attributes.Namespace = info.Name, info.Namespace
	}
	return attributes, nil
}

// referred is the best guess where the URI was taken out of the event.
func (r *record) referred(attributes authorizer.AttributesRecord) (authorizer.Attributes, error) {
	ref := r.ObjectRef
	if ref == nil {
		return nil, errors.New("neither requestURI nor objectRef")
	}
	attributes.ResourceRequest = true
	attributes.APIGroup, attributes.Resource, attributes.Subresource = ref.APIGroup, ref.Resource, ref.Subresource
	attributes.Name, attributes.Namespace = ref.Name, ref.Namespace
	if r.Verb == "create" && ref.Subresource == "" {
		attributes.Name = "" // not known to the policy
	}
	return attributes, nil
}

// method is the HTTP method that the server derived the verb of an event from. HEAD and GET are the same for a resource.
func method(verb string) string {
	switch verb {
	case "get", "list", "watch", "proxy":
		return http.MethodGet
	case "create":
		return http.MethodPost
	case "update":
		return http.MethodPut
	case "delete", "deletecollection":
		return http.MethodDelete
	case "":
		return http.MethodOptions
	default:
		return strings.ToUpper(verb)
	}
}
