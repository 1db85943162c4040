// Verifies a signed viewer and a signed body in Go, with nothing but the standard library.
//
// Run as a program, it reads {"secret", "headers", "body"} as JSON from standard input and prints the viewer.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
)

const prefix = "Rpcsignature rpc0:"

var keys = map[string]bool{"organization_id": true, "user_id": true, "project_id": true, "actor_type": true, "token": true}

var digits = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Viewer is the organization and the user that a request is made for. An absent id is nil.
type Viewer struct {
	OrganizationID *int64 `json:"organization_id,omitempty"`
	UserID         *int64 `json:"user_id,omitempty"`
}

func isSigned(message []byte, signature string, secrets []string) bool {
	received, err := hex.DecodeString(signature)
	if err != nil || !digits.MatchString(signature) {
		return false
	}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(message)
		if hmac.Equal(received, mac.Sum(nil)) {
			return true
		}
	}
	return false
}

// VerifyViewerContext returns the viewer, or nil for no viewer.
func VerifyViewerContext(headers http.Header, secrets []string) (*Viewer, error) {
	payloads, signatures := headers.Values("X-Viewer-Context"), headers.Values("X-Viewer-Context-Signature")
	if len(payloads) == 0 && len(signatures) == 0 {
		return nil, nil
	}
	if len(payloads) != 1 || len(signatures) != 1 || !isSigned([]byte(payloads[0]), signatures[0], secrets) {
		return nil, errors.New("the viewer context is not signed with our secret")
	}
	// Only now, and into a map: the fields of a struct would match keys in any case.
	var values map[string]json.RawMessage
	if err := json.Unmarshal([]byte(payloads[0]), &values); err != nil || values == nil {
		return nil, errors.New("the viewer context is not a JSON object")
	}
	// The list of keys is closed: otherwise any signed body that names an organization would verify as a viewer.
	for key := range values {
		if !keys[key] {
			return nil, errors.New("the viewer context has a key that is not a viewer's")
		}
	}
	organizationID, err := readID(values["organization_id"])
	if err != nil {
		return nil, err
	}
	userID, err := readID(values["user_id"])
	if err != nil || (organizationID == nil && userID == nil) {
		return nil, err
	}
	return &Viewer{organizationID, userID}, nil
}

// readID reads an id that may be absent or null.
func readID(value json.RawMessage) (*int64, error) {
	var id *int64
	if value == nil {
		return nil, nil
	}
	if err := json.Unmarshal(value, &id); err != nil || (id != nil && (*id < 1 || *id > 1<<53-1)) {
		return nil, errors.New("the viewer context has an id that is not an integer in range")
	}
	return id, nil
}

// VerifyBody fails unless the raw body, as it was received, is signed.
func VerifyBody(body []byte, authorization string, secrets []string) error {
	if !strings.HasPrefix(authorization, prefix) || !isSigned(body, strings.TrimPrefix(authorization, prefix), secrets) {
		return errors.New("the body is not signed with our secret")
	}
	return nil
}

func main() {
	var request struct {
		Secret  string
		Headers map[string]string
		Body    *string
	}
	err := json.NewDecoder(os.Stdin).Decode(&request)
	headers := http.Header{}
	for name, value := range request.Headers {
		headers.Add(name, value)
	}
	if err == nil && request.Body != nil {
		err = VerifyBody([]byte(*request.Body), headers.Get("Authorization"), []string{request.Secret})
	}
	var viewer *Viewer
	if err == nil {
		viewer, err = VerifyViewerContext(headers, []string{request.Secret})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
	printed, _ := json.Marshal(viewer)
	fmt.Println(string(printed))
}
