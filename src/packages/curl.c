/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "packages/curl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/process.h"
#include "base/text.h"

#define NUMBER_SIZE 24
/* Bytes a second below which a server counts as silent. */
#define SPEED_LEAST 1000U

#define HINT_NETWORK "check the network and the URL given with --repo"
#define HINT_CLOCK                                                                                 \
	"check the clock, and that the certificates of this system know the server's "             \
	"(CURL_CA_BUNDLE)"

/* What an exit code of curl, or a status of HTTP, means. */
struct meaning {
	int code;
	int error; /* -errno */
	bool passing; /* another try may do better */
	const char *why; /* NULL: told by its number */
	const char *hint;
};

/* Exit codes of curl(1), "EXIT CODES". */
static const struct meaning ends[] = {
	{ 1, -EPROTONOSUPPORT, false, "it leads to what is neither http nor https, or less secure",
	  "give the URL that it leads to, if you trust it" },
	{ 3, -EINVAL, false, "the URL is malformed", NULL },
	{ 5, -EHOSTUNREACH, true, "the proxy is not found", "check http_proxy and https_proxy" },
	{ 6, -EHOSTUNREACH, true, "the server is not found", HINT_NETWORK },
	{ 7, -ECONNREFUSED, true, "the server cannot be connected to", HINT_NETWORK },
	{ 16, -EPROTO, true, "the server breaks off", NULL },
	{ 18, -EPROTO, true, "it ends before it is complete", NULL },
	{ 23, -EIO, false, "what arrives cannot be written", "look for room" },
	{ 28, -ETIMEDOUT, true, "the server is too slow", "give it longer with --timeout" },
	{ 33, -EPROTO, false, "the server does not go on where it broke off", NULL },
	{ 35, -EPROTO, false, "no secure connection can be made", HINT_CLOCK },
	{ 47, -ELOOP, false, "it leads on too often", NULL },
	{ 51, -EACCES, false, "the server's certificate is not for its name", HINT_CLOCK },
	{ 52, -EPROTO, true, "the server answers nothing", NULL },
	{ 55, -EPROTO, true, "the connection breaks off", HINT_NETWORK },
	{ 56, -EPROTO, true, "the connection breaks off", HINT_NETWORK },
	{ 60, -EACCES, false, "the server's certificate cannot be verified", HINT_CLOCK },
	{ 63, -EFBIG, false, NULL, "fetch it again later, or run createrepo_c on the repository" },
	{ 67, -EACCES, false, "it leads to a URL that names a user", NULL },
	{ 77, -EACCES, false, "the certificates of this system cannot be read",
	  "make CURL_CA_BUNDLE readable by all" },
	{ 92, -EPROTO, true, "the connection breaks off", HINT_NETWORK },
	{ 97, -EHOSTUNREACH, true, "the proxy refuses", "check http_proxy and https_proxy" },
	{ CURL_LATE, -ETIMEDOUT, false, "the server is too slow", "give it longer with --timeout" },
	{ CURL_DIED, -EIO, false, "curl was killed", NULL },
	{ CURL_SHORT, -EBADMSG, false, "it has fewer bytes than the metadata says",
	  "fetch it again later, or run createrepo_c on the repository" },
	{ CURL_FULL, -ENOSPC, false, "there is no room for it", "free some, or set TMPDIR" },
};

/* How a status of HTTP is understood (RFC 9110, 15). */
static const struct meaning statuses[] = {
	{ 401, -EACCES, false, "the server wants a user and a password",
	  "write them into the URL: https://user:password@host/" },
	{ 403, -EACCES, false, "the server denies it", NULL },
	{ 404, -ENOENT, false, "the server does not have it",
	  "check the URL given with --repo: it holds the folder repodata" },
	{ 407, -EACCES, false, "the proxy wants a user and a password",
	  "check http_proxy and https_proxy" },
	{ 408, -EPROTO, true, "the server had to wait too long", NULL },
	{ 410, -ENOENT, false, "the server does not have it any more", NULL },
	{ 429, -EPROTO, true, "the server is asked too often", "try again later" },
	{ 500, -EPROTO, true, "the server is in trouble", "try again later" },
	{ 502, -EPROTO, true, "the server is in trouble", "try again later" },
	{ 503, -EPROTO, true, "the server is in trouble", "try again later" },
	{ 504, -EPROTO, true, "the server is in trouble", "try again later" },
};

/* What it sees of our environment: proxies and certificates. */
static const char *const kept[] = {
	"http_proxy", "https_proxy",    "HTTPS_PROXY",   "all_proxy",    "ALL_PROXY", "no_proxy",
	"NO_PROXY",   "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", NULL
};

static int add_quoted(char **text, const char *name, const char *value)
{
	auto_free char *old = *text;
	auto_free char *quoted = malloc(strlen(value) * 2 + 1);
	char *to = quoted;

	if (!quoted)
		return -ENOMEM;
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			*to++ = '\\';
		*to++ = *value;
	}
	*to = '\0';
	*text = text_format("%s%s = \"%s\"\n", old, name, quoted);
	return *text ? 0 : -ENOMEM;
}

/* What curl reads from stdin, in the form of its configuration file. */
static char *make_config(const struct curl_request *request)
{
	auto_free char *config = strdup("");

	if (!config || add_quoted(&config, "url", request->url) < 0 ||
	    (request->user && add_quoted(&config, "user", request->user) < 0))
		return NULL;
	return take(config);
}

/* The status that --write-out put last. */
static int read_status(const struct bytes *said)
{
	const char *text = (const char *)said->data;
	const char *digits = said->size >= 3 ? text + said->size - 3 : "";

	return strspn(digits, "0123456789") == 3 ? (int)strtol(digits, NULL, 10) : 0;
}

/*
 * No --retry: it would put a second answer behind what came of the first one, because stdout is no
 * file to curl. Whoever calls this tries again, from where it broke off.
 */
static int run(const struct curl_request *request, const char *config, struct process_end *ret)
{
	char patience[NUMBER_SIZE], seconds[NUMBER_SIZE], rest[NUMBER_SIZE], from[NUMBER_SIZE];
	char speed[NUMBER_SIZE], redirects[NUMBER_SIZE];
	const char *const argv[] = { "curl",
				     "-q",
				     "--silent",
				     "--fail",
				     "--globoff",
				     "--location",
				     "--max-redirs",
				     redirects,
				     "--proto",
				     "=http,https",
				     "--proto-redir",
				     request->secure ? "=https" : "=http,https",
				     "--disallow-username-in-url",
				     "--connect-timeout",
				     patience,
				     "--speed-limit",
				     speed,
				     "--speed-time",
				     patience,
				     "--max-time",
				     seconds,
				     "--max-filesize",
				     rest,
				     "--continue-at",
				     from,
				     "--write-out",
				     "%{stderr}%{http_code}",
				     "--config",
				     "-",
				     NULL };
	const struct process process = {
		.argv = argv,
		.keep = kept,
		.input = config,
		.input_size = strlen(config),
		.to_file = true,
		.out_fd = request->out_fd,
		.seconds = request->seconds + request->patience,
		.file_size_max = request->max,
		.unprivileged = true,
	};

	snprintf(patience, sizeof(patience), "%u", request->patience);
	snprintf(seconds, sizeof(seconds), "%u", request->seconds);
	snprintf(rest, sizeof(rest), "%" PRIu64, request->max - request->from);
	snprintf(from, sizeof(from), "%" PRIu64, request->from);
	snprintf(speed, sizeof(speed), "%u", SPEED_LEAST);
	snprintf(redirects, sizeof(redirects), "%u", FETCH_REDIRECTS_MAX);
	return process_run(&process, ret);
}

int curl_run(const struct curl_request *request, struct curl_end *ret)
{
	auto_process_end struct process_end end = { 0 };
	auto_free char *config = make_config(request);
	int r = config ? run(request, config, &end) : -ENOMEM;

	if (r < 0)
		return r;
	ret->http = read_status(&end.output);
	if (end.late)
		ret->code = CURL_LATE;
	else
		ret->code = end.status >= 128 ? CURL_DIED : end.status;
	return 0;
}

/* curl calls every status from 400 on 22. */
static bool is_status(const struct curl_end *end)
{
	return end->code == 22;
}

static const struct meaning *meaning_of(const struct curl_end *end)
{
	static const struct meaning unknown = { .error = -EPROTO };
	const struct meaning *rows = is_status(end) ? statuses : ends;
	size_t count = is_status(end) ? COUNT(statuses) : COUNT(ends);
	int code = is_status(end) ? end->http : end->code;

	for (size_t i = 0; i < count; i++)
		if (rows[i].code == code)
			return &rows[i];
	return &unknown;
}

bool curl_is_passing(const struct curl_end *end)
{
	return meaning_of(end)->passing;
}

bool curl_cannot_resume(const struct curl_end *end)
{
	return end->code == 33 || (is_status(end) && end->http == 416);
}

int curl_errno(const struct curl_end *end)
{
	return meaning_of(end)->error;
}

char *curl_reason(const struct curl_end *end, uint64_t max)
{
	const char *why = meaning_of(end)->why;

	if (is_status(end))
		return text_format("%s (HTTP status %d)", why ? why : "the server refuses",
				   end->http);
	if (meaning_of(end)->error == -EFBIG)
		return text_format("it has more than the %" PRIu64 " bytes that it may have", max);
	return why ? strdup(why) : text_format("curl ended with %d", end->code);
}

const char *curl_hint(const struct curl_end *end)
{
	return meaning_of(end)->hint;
}
