// Verifies a signed viewer, sent as a pair or as a token, and a signed body, with nothing but the standard library.
//
// Run as a program, it reads requests from standard input, one JSON document per line:
// {"secrets", "headers", "formats", "body" or "body_base64", "now"}. It prints one line for each: the viewer, null, or the
// code.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"net/http"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Viewer says on whose behalf a request is made. An absent id is 0. A pair has no project and no actor.
type Viewer struct {
	OrganizationID int64  `json:"organization_id,omitempty"`
	UserID         int64  `json:"user_id,omitempty"`
	ProjectID      int64  `json:"project_id,omitempty"`
	ActorType      string `json:"actor_type,omitempty"`
}

// ViewerContextError says why a request is refused. Respond with the code only. The message is for your log.
type ViewerContextError struct{ Code, Message string }

func (err *ViewerContextError) Error() string { return err.Code + ": " + err.Message }

var errUnusable = errors.New("there must be a secret, and none may be empty or have whitespace around it")

func refusal(code, message string) error { return &ViewerContextError{code, message} }

// The last character of a token has two spare bits, which must be 0.
var token = regexp.MustCompile(`^([\w-]{1,200})\.([\w-]+)\.([\w-]{42}[AEIMQUYcgkosw048])$`)
var tokenHeader = regexp.MustCompile(`^"alg":"HS256","kid":"(\w+)","typ":"JWT"$`)
var hexDigits = regexp.MustCompile(`^[0-9a-f]{64}$`)
var pairKeys = regexp.MustCompile(`^(organization_id|user_id|project_id|actor_type|token)$`)
var actorTypes = regexp.MustCompile(`^(user|system|integration|agent|unknown)$`)

// VerifyViewerContext returns the viewer, or nil if the sender signed a context without ids. For a request without viewer
// headers, the error is ERR_MISSING_HEADER. The formats are "pair", which is the default, and "jwt".
func VerifyViewerContext(headers http.Header, secrets []string, formats ...string) (*Viewer, error) {
	return verifyAt(clock(), headers, secrets, formats)
}

func clock() float64 { return float64(time.Now().UnixMilli()) / 1000 }

func verifyAt(now float64, headers http.Header, secrets []string, formats []string) (*Viewer, error) {
	accepted := map[string]bool{"pair": len(formats) == 0}
	for _, format := range formats {
		if format != "pair" && format != "jwt" {
			return nil, errors.New("a format must be pair or jwt")
		}
		accepted[format] = true
	}
	contexts, signatures := headers.Values("X-Viewer-Context"), headers.Values("X-Viewer-Context-Signature")
	switch {
	case !areUsable(secrets):
		return nil, errUnusable
	case len(contexts) == 0 && len(signatures) == 0:
		return nil, refusal("ERR_MISSING_HEADER", "the request has no viewer")
	case len(contexts) != 1 || len(signatures) > 1:
		return nil, refusal("ERR_MALFORMED_HEADER", "half a pair, or a header that was sent more than once")
	case len(signatures) == 1 && accepted["pair"]: // A signature makes it a pair, whatever its value.
		return verifyPair(latin1(contexts[0]), signatures[0], secrets)
	case len(signatures) == 0 && accepted["jwt"]:
		return verifyToken(contexts[0], secrets, now)
	}
	return nil, refusal("ERR_MALFORMED_HEADER", "the format is not accepted here")
}

// VerifyBody fails unless the raw body is signed. Pass the bytes as they were received.
func VerifyBody(body []byte, headers http.Header, secrets []string) error {
	const scheme = "Rpcsignature rpc0:"
	values := headers.Values("Authorization")
	switch {
	case !areUsable(secrets):
		return errUnusable
	case len(values) == 0:
		return refusal("ERR_MISSING_HEADER", "there is no Authorization")
	case len(values) > 1 || !strings.HasPrefix(values[0], scheme) || !hexDigits.MatchString(values[0][len(scheme):]):
		return refusal("ERR_MALFORMED_HEADER", "Authorization is not a body signature")
	}
	return checkSigned(string(body), values[0][len(scheme):], secrets, hex.EncodeToString)
}

func verifyPair(payload, signature string, secrets []string) (*Viewer, error) {
	if !hexDigits.MatchString(signature) {
		return nil, refusal("ERR_MALFORMED_HEADER", "the signature must be 64 lower-case hex digits")
	}
	if err := checkSigned(payload, signature, secrets, hex.EncodeToString); err != nil {
		return nil, err
	}
	values, err := parse(payload)
	if err != nil {
		return nil, err
	}
	// No other keys are accepted. Otherwise, any signed body with an organization_id would verify as a viewer.
	for key := range values {
		if !pairKeys.MatchString(key) {
			return nil, refusal("ERR_INVALID_PAYLOAD", "it has a key that no viewer has")
		}
	}
	return readViewer(values, []string{"organization_id", "user_id"}, "")
}

func verifyToken(text string, secrets []string, now float64) (*Viewer, error) {
	parts := token.FindStringSubmatch(text)
	if parts == nil {
		return nil, refusal("ERR_MALFORMED_HEADER", "not a token: three parts in base64url without padding")
	}
	header, headerErr := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	claims, claimsErr := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	// The header is read before it is verified, so only this exact header is accepted, with its entries in any order.
	entries := strings.Split(strings.TrimSuffix(strings.TrimPrefix(string(header), "{"), "}"), ",")
	sort.Strings(entries)
	kid := tokenHeader.FindStringSubmatch(strings.Join(entries, ","))
	isObject := len(header) > 1 && header[0] == '{' && header[len(header)-1] == '}'
	if headerErr != nil || claimsErr != nil || kid == nil || !isObject || !utf8.Valid(claims) {
		return nil, refusal("ERR_MALFORMED_HEADER", "not a token, or one with a different header")
	}
	named := []string{}
	for _, secret := range secrets {
		if digest := sha256.Sum256([]byte(secret)); hex.EncodeToString(digest[:4]) == kid[1] {
			named = append(named, secret)
		}
	}
	if err := checkSigned(parts[1]+"."+parts[2], parts[3], named, base64.RawURLEncoding.EncodeToString); err != nil {
		return nil, err
	}
	values, err := parse(string(claims))
	if err != nil {
		return nil, err
	}
	// Sentry signs other kinds of tokens with the same secret. They have an audience, or no actor.
	actor, hasActor := values["actor_type"].(string)
	if _, hasAudience := values["aud"]; values["iss"] != "sentry" || hasAudience || !hasActor {
		return nil, refusal("ERR_INVALID_PAYLOAD", "it is a different kind of token")
	}
	iat, exp := toNumber(values["iat"]), toNumber(values["exp"])
	nbf := iat
	if value, hasNbf := values["nbf"]; hasNbf {
		nbf = toNumber(value)
	}
	start := math.Max(iat, nbf)
	switch {
	case !isFinite(iat) || !isFinite(nbf) || !isFinite(exp) || exp <= iat || exp-iat > 3600:
		return nil, refusal("ERR_INVALID_PAYLOAD", "its times must be in seconds, and exp within an hour of iat")
	case now >= exp+5:
		return nil, refusal("ERR_EXPIRED", fmt.Sprintf("the token expired %.0f s ago", now-exp))
	case start > now+5:
		return nil, refusal("ERR_NOT_YET_VALID", fmt.Sprintf("the token is valid in %.0f s", start-now))
	case !actorTypes.MatchString(actor):
		actor = "unknown"
	}
	return readViewer(values, []string{"organization_id", "user_id", "project_id"}, actor)
}

// whiteSpace is what senders trim. strings.TrimSpace also removes U+0085, which senders keep.
const whiteSpace = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// areUsable rejects a misconfigured secret: one that would match no signature, or one that anyone could sign with.
func areUsable(secrets []string) bool {
	for _, secret := range secrets {
		if strings.Trim(secret, whiteSpace) != secret || strings.Trim(secret, "\x00") == "" {
			return false
		}
	}
	return len(secrets) > 0
}

// latin1 reads the bytes of a header as Latin-1, as the other verifiers do. Senders sign only ASCII.
func latin1(value string) string {
	letters := make([]rune, len(value))
	for index := range letters {
		letters[index] = rune(value[index])
	}
	return string(letters)
}

func checkSigned(message, signature string, secrets []string, encode func([]byte) string) error {
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(message))
		if hmac.Equal([]byte(encode(mac.Sum(nil))), []byte(signature)) {
			return nil
		}
	}
	return refusal("ERR_SIGNATURE_MISMATCH", fmt.Sprintf("none of the secrets signed these %d bytes", len(message)))
}

// parse reads an object into a map, because struct fields would match keys in any case. Deep nesting is refused.
func parse(text string) (map[string]any, error) {
	var values map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if !json.Valid([]byte(text)) || decoder.Decode(&values) != nil || values == nil {
		return nil, refusal("ERR_INVALID_PAYLOAD", "it is signed, but not a JSON object")
	}
	return values, nil
}

// toNumber returns NaN for anything but a number. As in JavaScript, 1.0 and 1e3 are integers, and 1e999 is infinite.
func toNumber(value any) float64 {
	if text, isNumber := value.(json.Number); isNumber {
		number, _ := strconv.ParseFloat(string(text), 64)
		return number
	}
	return math.NaN()
}

func isFinite(number float64) bool { return math.Abs(number) <= math.MaxFloat64 }

func readViewer(values map[string]any, names []string, actor string) (*Viewer, error) {
	ids := map[string]int64{}
	for _, name := range names {
		id := toNumber(values[name])
		if values[name] == nil { // absent or null
			continue
		} else if !(id >= 1 && id < 1<<53 && id == math.Trunc(id)) {
			return nil, refusal("ERR_INVALID_PAYLOAD", "its "+name+" must be an integer from 1 to 2^53 - 1")
		}
		ids[name] = int64(id)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return &Viewer{ids["organization_id"], ids["user_id"], ids["project_id"], actor}, nil
}

func main() {
	status := 0
	for decoder := json.NewDecoder(os.Stdin); decoder.More(); {
		var request struct {
			Secrets, Formats []string
			Headers          [][2]string
			Body             *string
			BodyBase64       []byte `json:"body_base64"`
			Now              float64
		}
		request.Now = clock()
		if err := decoder.Decode(&request); err != nil {
			log.Fatal(err)
		}
		headers := http.Header{}
		for _, header := range request.Headers {
			wire := []byte{}
			for _, letter := range header[1] {
				wire = append(wire, byte(letter)) // Latin-1: a header is bytes
			}
			headers.Add(header[0], string(wire))
		}
		var viewer *Viewer
		var err error
		body := request.BodyBase64
		if request.Body != nil {
			body = []byte(*request.Body)
		}
		if body != nil {
			err = VerifyBody(body, headers, request.Secrets)
		}
		if err == nil {
			viewer, err = verifyAt(request.Now, headers, request.Secrets, request.Formats)
		}
		line, _ := json.Marshal(viewer)
		var refused *ViewerContextError
		if errors.As(err, &refused) {
			status, line = 1, []byte(`{"refused":"`+refused.Code+`"}`)
			fmt.Fprintln(os.Stderr, "refused:", err)
		} else if err != nil {
			log.Fatal(err)
		}
		fmt.Println(string(line))
	}
	os.Exit(status)
}
