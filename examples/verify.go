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

var digits = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Viewer is on whose behalf a request is made; an id that is absent is nil.
type Viewer struct {
	OrganizationID *int64 `json:"organization_id,omitempty"`
	UserID         *int64 `json:"user_id,omitempty"`
}

func isRight(signature string, secrets []string, message []byte) bool {
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

// VerifyViewerContext returns the viewer, or nil for nobody.
func VerifyViewerContext(headers http.Header, secrets []string) (*Viewer, error) {
	payloads, signatures := headers.Values("X-Viewer-Context"), headers.Values("X-Viewer-Context-Signature")
	if len(payloads) == 0 && len(signatures) == 0 {
		return nil, nil
	}
	if len(payloads) != 1 || len(signatures) != 1 || !isRight(signatures[0], secrets, []byte(payloads[0])) {
		return nil, errors.New("the viewer context is not signed with a secret of ours")
	}
	var viewer Viewer // only now
	if err := json.Unmarshal([]byte(payloads[0]), &viewer); err != nil {
		return nil, errors.New("the viewer context is no JSON object with integers as ids")
	}
	for _, id := range []*int64{viewer.OrganizationID, viewer.UserID} {
		if id != nil && (*id < 1 || *id > 1<<53-1) {
			return nil, errors.New("the viewer context has an id that is not in range")
		}
	}
	if viewer.OrganizationID == nil && viewer.UserID == nil {
		return nil, nil
	}
	return &viewer, nil
}

// VerifyBody fails unless the body, as it came and not parsed, is signed.
func VerifyBody(body []byte, authorization string, secrets []string) error {
	if !strings.HasPrefix(authorization, prefix) || !isRight(strings.TrimPrefix(authorization, prefix), secrets, body) {
		return errors.New("the body is not signed with a secret of ours")
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
