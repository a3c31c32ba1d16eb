/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/ini.h"
#include "base/text.h"

#define WHAT "read the policy"
#define HINT "see policy.md"

static const char *const actions[] = {
	[POLICY_PREFER] = "prefer",
	[POLICY_BLOCK] = "block",
	[POLICY_PIN] = "pin",
};

static const char *const conditions[] = {
	[POLICY_DEVICE] = "device", [POLICY_PACKAGE] = "package", [POLICY_VENDOR] = "vendor",
	[POLICY_FLAVOR] = "flavor", [POLICY_VERSION] = "version",
};

struct reader {
	struct policy *policy;
	struct ini ini;
	struct error *reterr;
};

static void release_reader(struct reader *reader)
{
	ini_done(&reader->ini);
}

/* The number of TEXT among COUNT WORDS, or COUNT. */
static size_t find_word(const char *text, const char *const *words, size_t count)
{
	size_t i = 0;

	while (i < count && !text_equal(words[i], text))
		i++;
	return i;
}

static int refuse(const struct reader *reader, size_t line, const char *why)
{
	return error_setf(reader->reterr, -EINVAL, WHAT, reader->policy->path, HINT, "line %zu %s",
			  line, why);
}

/* A rule that fits whatever there is was never meant. */
static int finish_rule(const struct reader *reader)
{
	const struct policy *policy = reader->policy;
	const struct policy_rule *rule = policy->count ? &policy->rules[policy->count - 1] : NULL;
	bool named = false;

	if (!rule)
		return 0;
	for (size_t i = 0; i < POLICY_CONDITIONS; i++)
		named |= rule->patterns[i] && (i != POLICY_VERSION || rule->action != POLICY_PIN);
	if (!named)
		return refuse(reader, rule->line,
			      "begins a rule that does not say which packages it is about");
	if (rule->action == POLICY_PIN && !rule->patterns[POLICY_VERSION])
		return refuse(reader, rule->line, "begins a pin without a version");
	return 0;
}

static int start_rule(const struct reader *reader)
{
	struct policy *policy = reader->policy;
	size_t action = find_word(reader->ini.name, actions, COUNT(actions));
	int r = finish_rule(reader);

	if (r < 0)
		return r;
	if (action == COUNT(actions))
		return refuse(reader, reader->ini.line,
			      "begins a section other than [prefer], [block] and [pin]");
	if (policy->count >= POLICY_RULES_MAX)
		return refuse(reader, reader->ini.line, "is one rule too many");
	if (array_grow(&policy->rules, policy->count, sizeof(*policy->rules)) < 0)
		return -ENOMEM;
	policy->rules[policy->count++] = (struct policy_rule){
		.action = (enum policy_action)action,
		.line = reader->ini.line,
		.weight = 1,
	};
	return 0;
}

static int set_weight(const struct reader *reader, struct policy_rule *rule)
{
	const char *value = reader->ini.value;
	char *end;
	long weight;

	if (rule->action != POLICY_PREFER)
		return refuse(reader, reader->ini.line, "gives a weight, which only [prefer] has");
	errno = 0;
	weight = strtol(value, &end, 10);
	if (errno || end == value || *end || weight > POLICY_WEIGHT_MAX ||
	    weight < -POLICY_WEIGHT_MAX)
		return refuse(reader, reader->ini.line, "gives a weight that is no such number");
	rule->weight = (int)weight;
	return 0;
}

static int set_text(const struct reader *reader, char **slot)
{
	if (*slot)
		return refuse(reader, reader->ini.line, "says what was said before");
	*slot = strdup(reader->ini.value);
	return *slot ? 0 : -ENOMEM;
}

static int set_key(const struct reader *reader)
{
	struct policy *policy = reader->policy;
	struct policy_rule *rule = policy->count ? &policy->rules[policy->count - 1] : NULL;
	size_t condition = find_word(reader->ini.name, conditions, COUNT(conditions));

	if (!rule)
		return refuse(reader, reader->ini.line, "stands in no section");
	if (*reader->ini.value == '\0')
		return refuse(reader, reader->ini.line, "has no value");
	if (strlen(reader->ini.value) > POLICY_VALUE_MAX)
		return refuse(reader, reader->ini.line, "is too long");
	if (condition < COUNT(conditions))
		return set_text(reader, &rule->patterns[condition]);
	if (text_equal(reader->ini.name, "reason"))
		return set_text(reader, &rule->reason);
	if (text_equal(reader->ini.name, "weight"))
		return set_weight(reader, rule);
	return refuse(reader, reader->ini.line, "has a key that is not known");
}

/* What follows a NUL would not be seen, and the rule be another one. */
static int refuse_nul(const struct reader *reader)
{
	const char *text = reader->ini.text, *nul;
	size_t line = 1;

	nul = text < reader->ini.end ? memchr(text, '\0', (size_t)(reader->ini.end - text)) : NULL;
	for (; nul && text < nul; text++)
		line += *text == '\n';
	return nul ? refuse(reader, line, "holds a NUL byte") : 0;
}

static int parse_lines(struct reader *reader)
{
	int kind, r = refuse_nul(reader);

	while (r == 0 && (kind = ini_next(&reader->ini)) != INI_END) {
		if (kind < 0)
			r = kind;
		else if (kind == INI_SECTION)
			r = start_rule(reader);
		else if (kind == INI_PAIR)
			r = set_key(reader);
		else
			r = refuse(reader, reader->ini.line,
				   "is neither [section] nor key = value");
	}
	return r < 0 ? r : finish_rule(reader);
}

int policy_parse(const char *text, size_t size, const char *path, struct policy *ret,
		 struct error *reterr)
{
	auto_policy struct policy policy = { .path = strdup(path) };
	AUTO(release_reader)
	struct reader reader = { &policy, ini_begin(text, size), reterr };
	int r = policy.path ? parse_lines(&reader) : -ENOMEM;

	if (r < 0)
		return r;
	*ret = policy;
	policy = (struct policy){ 0 };
	return 0;
}

int policy_read(int root_fd, const char *given, struct policy *ret, struct error *reterr)
{
	const char *path = given ? given : POLICY_PATH;
	auto_bytes struct bytes bytes = { 0 };
	auto_fd int fd = given ? file_open_regular(AT_FDCWD, given)
			       : file_open_regular_in_root(root_fd, POLICY_PATH, 0);
	int r = fd < 0 ? fd : file_read_fd(fd, POLICY_SIZE_MAX, &bytes);

	if (!given && (r == -ENOENT || r == -ENOTDIR))
		return 0;
	if (r < 0)
		return error_set(reterr, r, WHAT, path, file_strerror(r),
				 given ? "check the path given with --policy" : NULL);
	return policy_parse((const char *)bytes.data, bytes.size, path, ret, reterr);
}

static bool fits_device(const char *pattern, const struct plan_package *package)
{
	for (size_t i = 0; i < package->hint_count; i++)
		if (fnmatch(pattern, package->hints[i].modalias, 0) == 0)
			return true;
	return false;
}

static bool fits_text(const char *pattern, const char *text)
{
	return text && fnmatch(pattern, text, 0) == 0;
}

static bool fits_version(const char *pattern, const struct driver *driver)
{
	auto_free char *full = text_format("%s-%s", driver->version, driver->release);

	return fits_text(pattern, driver->version) || fits_text(pattern, full);
}

static bool fits(enum policy_condition condition, const char *pattern,
		 const struct plan_package *package)
{
	switch (condition) {
	case POLICY_DEVICE:
		return fits_device(pattern, package);
	case POLICY_PACKAGE:
		return fits_text(pattern, package->driver.name);
	case POLICY_VENDOR:
		return fits_text(pattern, package->driver.vendor);
	case POLICY_FLAVOR:
		return fits_text(pattern, package->driver.flavor);
	default:
		return fits_version(pattern, &package->driver);
	}
}

/* Do all conditions of RULE before END hold for PACKAGE? */
static bool applies(const struct policy_rule *rule, size_t end, const struct plan_package *package)
{
	for (size_t i = 0; i < end; i++)
		if (rule->patterns[i] &&
		    !fits((enum policy_condition)i, rule->patterns[i], package))
			return false;
	return true;
}

int policy_weight(const struct policy *policy, const struct plan_package *package)
{
	int weight = 0;

	for (size_t i = 0; i < policy->count; i++)
		if (policy->rules[i].action == POLICY_PREFER &&
		    applies(&policy->rules[i], POLICY_CONDITIONS, package))
			weight += policy->rules[i].weight;
	return weight;
}

/* A pin is about whatever its other conditions, which stand before the version, name. */
static bool keeps_out(const struct policy_rule *rule, const struct plan_package *package)
{
	if (rule->action == POLICY_BLOCK)
		return applies(rule, POLICY_CONDITIONS, package);
	return rule->action == POLICY_PIN && applies(rule, POLICY_VERSION, package) &&
	       !fits_version(rule->patterns[POLICY_VERSION], &package->driver);
}

const struct policy_rule *policy_refusal(const struct policy *policy,
					 const struct plan_package *package)
{
	for (size_t i = 0; i < policy->count; i++)
		if (keeps_out(&policy->rules[i], package))
			return &policy->rules[i];
	return NULL;
}

void policy_done(struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		for (size_t j = 0; j < POLICY_CONDITIONS; j++)
			free(policy->rules[i].patterns[j]);
		free(policy->rules[i].reason);
	}
	free(policy->rules);
	free(policy->path);
	*policy = (struct policy){ 0 };
}
