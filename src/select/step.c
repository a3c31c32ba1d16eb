/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/loading.h"
#include "select/rank.h"

/** Symbols that a sentence names; kabi has them all. */
#define SYMBOLS_NAMED 10
/** Assumed requirements that a sentence names; the package has them all. */
#define ASSUMED_NAMED 10

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static const struct plan_hint *best_hint(const struct plan_package *package)
{
	const struct plan_hint *best = NULL;

	for (size_t i = 0; i < package->hint_count; i++)
		if (!best ||
		    rank_specificity(package->hints[i].pattern) > rank_specificity(best->pattern))
			best = &package->hints[i];
	return best;
}

/* Hints are sorted by device. */
static size_t count_devices(const struct plan_package *package)
{
	size_t count = 0;

	for (size_t i = 0; i < package->hint_count; i++)
		count += i == 0 || package->hints[i].device != package->hints[i - 1].device;
	return count;
}

/* " of 0000:3b:00.0", "" for a device without a path. */
static char *whose(const struct step_context *context, const struct plan_hint *hint)
{
	const char *path = hint->device < context->devices->count
				   ? context->devices->items[hint->device].path
				   : NULL;
	const char *slash = path ? strrchr(path, '/') : NULL;

	return path ? text_format(" of %s", slash ? slash + 1 : path) : strdup("");
}

static char *pass_hint(const struct step_context *context, const struct plan_package *package)
{
	static const char *const named[] = { "no field", "the class", "the vendor", "the device",
					     "the subsystem" };
	const struct plan_hint *hint = best_hint(package);
	size_t others = count_devices(package);
	auto_free char *device = hint ? whose(context, hint) : NULL;
	auto_free char *more =
		others > 1 ? text_format("; %zu more device%s too", others - 1, plural(others - 1))
			   : strdup("");

	if (!hint)
		return text_format("no hint of it fits such a device; %s needs it",
				   package->required_by.count ? package->required_by.items[0]
							      : "another package");
	if (!device || !more)
		return NULL;
	return text_format("%s fits %s%s, and names %s%s", hint->pattern, hint->modalias, device,
			   named[rank_specificity(hint->pattern)], more);
}

static char *pass_package(const struct step_context *context, const struct plan_package *package)
{
	const struct driver *driver = &package->driver;
	const struct source *source =
		driver->source < context->source_count ? &context->sources[driver->source] : NULL;

	if (!source)
		return strdup("it is installed");
	return text_format("it is offered by %s%s",
			   source->alias ? source->alias : source->location,
			   package->rpm_at_hand ? "" : ", without its RPM");
}

static char *pass_arch(const struct step_context *context, const struct plan_package *package)
{
	const char *arch = package->driver.arch, *kernel = context->kernel->arch;

	if (text_equal(arch, "noarch"))
		return strdup("it is for every architecture");
	if (!kernel)
		return text_format("it is built for %s; that of the kernel is not known", arch);
	if (text_equal(arch, kernel))
		return text_format("it is built for %s, as the kernel is", arch);
	return text_format("it is built for %s, which the kernel's %s runs", arch, kernel);
}

static char *pass_flavor(const struct step_context *context, const struct plan_package *package)
{
	const char *flavor = package->driver.flavor;

	if (!flavor)
		return strdup("it is tied to no kernel flavor");
	if (text_equal(flavor, context->kernel->flavor))
		return text_format("it is made for kernel-%s, as the kernel is", flavor);
	return text_format(
		"it is called a package for kernel-%s, and nothing in it is tied to that", flavor);
}

/* What modules were proven to find in the kernel, or what metadata promises. */
static char *describe_fit(const struct kabi *kabi)
{
	const char *asks =
		kabi->status == KABI_METADATA ? "its metadata asks for" : "its modules need";
	size_t unverified = kabi->unverified.count;

	if (kabi->checked == 0)
		return text_format("the kernel has what %s", asks);
	if (unverified)
		return text_format("the kernel has %zu of the %zu symbols that %s; about the "
				   "others nothing is known",
				   kabi->checked - unverified, kabi->checked, asks);
	return text_format("the kernel has what %s: %zu symbol%s", asks, kabi->checked,
			   plural(kabi->checked));
}

static char *describe_symbols(const struct kabi *kabi)
{
	if (kabi->status == KABI_UNKNOWN)
		return strdup("the symbols of the kernel are not known, so nothing shows that it "
			      "fits; staging refuses it");
	if (kabi->status == KABI_UNPROVEN && !kabi->checked)
		return strdup("it does not say which kernel symbols it needs, so nothing shows "
			      "that it fits");
	return describe_fit(kabi);
}

static char *pass_kabi(const struct step_context *context, const struct plan_package *package)
{
	auto_free char *symbols = NULL;

	if (package->driver.role != ROLE_DRIVER)
		return strdup("it has no kernel modules");
	symbols = describe_symbols(&package->kabi);
	if (!symbols)
		return NULL;
	return text_format("%s%s", symbols,
			   text_equal(package->driver.build_release, context->kernel->release)
				   ? "; it was built for this very release"
				   : "");
}

/* "foo: differing-symbol printk (wants 0x00001111, there is 0x00002222)". */
static int add_finding(struct strings *list, const struct kabi_finding *finding)
{
	auto_free char *crcs = strdup("");

	if (finding->has_wanted && finding->has_found) {
		free(crcs);
		crcs = text_format(" (wants 0x%08x, there is 0x%08x)", finding->wanted,
				   finding->found);
	}
	if (!crcs)
		return -ENOMEM;
	return strings_addf(list, "%s: %s%s%s%s", finding->module, proof_fault_id(finding->fault),
			    finding->symbol ? " " : "", finding->symbol ? finding->symbol : "",
			    crcs);
}

/* What the proof found in modules. */
static char *list_findings(const struct kabi *kabi)
{
	auto_strings struct strings list = { 0 };

	for (size_t i = 0; i < kabi->finding_count; i++)
		if (add_finding(&list, &kabi->findings[i]) < 0)
			return NULL;
	return strings_enumerate(&list, SYMBOLS_NAMED);
}

static char *fail_kabi(const struct step_context *context, const struct plan_package *package)
{
	const struct kabi *kabi = &package->kabi;
	auto_free char *missing = strings_enumerate(&kabi->missing, SYMBOLS_NAMED);
	auto_free char *differing = strings_enumerate(&kabi->differing, SYMBOLS_NAMED);
	auto_free char *findings = list_findings(kabi);

	(void)context;
	if (!missing || !differing || !findings)
		return NULL;
	if (*findings)
		return text_format("%s; in its modules: %s", package->detail, findings);
	if (*missing && *differing)
		return text_format("%s; missing: %s; with another CRC: %s", package->detail,
				   missing, differing);
	return text_format("%s%s%s%s", package->detail, *missing || *differing ? ": " : "", missing,
			   differing);
}

/* What is known of the first module stands for the others, which are mostly signed alike. */
static char *pass_loading(const struct step_context *context, const struct plan_package *package)
{
	const struct module *facts = NULL;
	auto_free char *text = NULL;

	if (package->driver.role != ROLE_DRIVER)
		return strdup("it has no kernel modules");
	for (size_t i = 0; i < package->module_count && !facts; i++)
		facts = package->modules[i].facts;
	if (!facts)
		return strdup("nobody looked at its modules");
	text = loading_describe(context->kernel, facts);
	return text ? text_printable(text) : NULL;
}

static char *pass_policy(const struct step_context *context, const struct plan_package *package)
{
	(void)context;
	if (package->rank.policy)
		return text_format("the policy prefers it by %d; no lock is on it",
				   package->rank.policy);
	return strdup("no rule and no lock is against it");
}

static const struct plan_package *find_culprit(const struct plan *plan,
					       const struct plan_package *package)
{
	for (size_t i = 0; i < plan->count && package->culprit; i++)
		if (text_equal(plan->packages[i].driver.nevra, package->culprit) &&
		    plan->packages[i].driver.id != package->driver.id)
			return &plan->packages[i];
	return NULL;
}

/* Where an installed build is newer, nobody asks what this one would require. */
static bool is_older_than_installed(const struct step_context *context,
				    const struct plan_package *package)
{
	const struct plan_package *winner = find_culprit(context->plan, package);

	return package->reason == REASON_OLDER && (!winner || winner->driver.source == SIZE_MAX);
}

static char *pass_dependencies(const struct step_context *context,
			       const struct plan_package *package)
{
	auto_free char *assumed = strings_enumerate(&package->assumed, ASSUMED_NAMED);

	if (!assumed)
		return NULL;
	if (is_older_than_installed(context, package))
		return strdup("nobody asked what it requires, because of the installed build");
	if (package->reason == REASON_INSTALLED)
		return strdup("it is installed, with all that it requires");
	return text_format("all that it requires is there%s%s",
			   *assumed ? "; taken for granted: " : "", assumed);
}

static char *pass_trust(const struct step_context *context, const struct plan_package *package)
{
	auto_free char *text = NULL;

	(void)context;
	if (package->reason == REASON_INSTALLED)
		return strdup("it is installed: nothing is staged of it");
	text = trust_text(&package->trust);
	if (!text)
		return NULL;
	if (package->trust.status == TRUST_UNCHECKED)
		return text_format("%s%s", text,
				   package->rpm_at_hand
					   ? ", because it is not picked"
					   : ": its RPM is not at hand, and staging needs it");
	return text_format("%s%s", text,
			   trust_is_good(&package->trust) ? ""
							  : "; taken because of --no-gpg-checks");
}

/* What puts WINNER before LOSER: in a family repository and version come right behind the policy.
 */
static const char *decider(const struct plan_package *winner, const struct plan_package *loser)
{
	bool family = text_equal(winner->driver.family, loser->driver.family);

	if (loser->reason == REASON_OLDER)
		return "version";
	if (family && winner->rank.policy == loser->rank.policy &&
	    winner->rank.priority != loser->rank.priority)
		return "priority";
	return rank_decider(winner, loser, 0);
}

static char *pass_rank(const struct step_context *context, const struct plan_package *package)
{
	auto_free char *rank = rank_text(&package->rank);
	const struct plan *plan = context->plan;
	const struct plan_package *first = NULL;
	auto_free char *text = NULL;
	size_t beaten = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_package *other = &plan->packages[i];

		if (reason_rule(other->reason) != RULE_RANK ||
		    !text_equal(other->culprit, package->driver.nevra))
			continue;
		beaten++;
		first = first ? first : other;
	}
	if (!first)
		text = strdup("nothing that fits competes with it");
	else
		text = text_format("its %s puts it before %s%s", decider(package, first),
				   first->driver.nevra, beaten > 1 ? " and others" : "");
	return rank && text ? text_format("%s (%s)", text, rank) : NULL;
}

static char *fail_rank(const struct step_context *context, const struct plan_package *package)
{
	const struct plan_package *winner = find_culprit(context->plan, package);
	auto_free char *rank = rank_text(&package->rank);
	auto_free char *other = winner ? rank_text(&winner->rank) : NULL;

	if (!rank || (winner && !other))
		return NULL;
	if (!winner)
		return strdup(package->detail);
	return text_format("%s; what decides is the %s (%s against %s)", package->detail,
			   decider(winner, package), rank, other);
}

static char *repeat_detail(const struct step_context *context, const struct plan_package *package)
{
	(void)context;
	return strdup(package->detail ? package->detail : reason_id(package->reason));
}

/* How a rule that was passed is told, and one that was failed. */
static const struct {
	char *(*pass)(const struct step_context *context, const struct plan_package *package);
	char *(*fail)(const struct step_context *context, const struct plan_package *package);
} rules[] = {
	[RULE_HINT] = { pass_hint, repeat_detail },
	[RULE_PACKAGE] = { pass_package, repeat_detail },
	[RULE_ARCH] = { pass_arch, repeat_detail },
	[RULE_FLAVOR] = { pass_flavor, repeat_detail },
	[RULE_KABI] = { pass_kabi, fail_kabi },
	[RULE_LOADING] = { pass_loading, repeat_detail },
	[RULE_POLICY] = { pass_policy, repeat_detail },
	[RULE_DEPENDENCIES] = { pass_dependencies, repeat_detail },
	[RULE_TRUST] = { pass_trust, repeat_detail },
	[RULE_RANK] = { pass_rank, fail_rank },
};

int steps_make(const struct step_context *context, const struct plan_package *package,
	       struct steps *ret)
{
	AUTO(steps_done) struct steps steps = { 0 };
	enum rule failed = reason_rule(package->reason);

	for (enum rule rule = 0; rule < RULE_COUNT; rule++) {
		struct step *step = &steps.items[steps.count++];

		step->rule = rule;
		step->passed = rule != failed;
		step->detail =
			(step->passed ? rules[rule].pass : rules[rule].fail)(context, package);
		if (!step->detail)
			return -ENOMEM;
		if (!step->passed)
			break;
	}
	*ret = steps;
	steps = (struct steps){ 0 };
	return 0;
}

void steps_done(struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++)
		free(steps->items[i].detail);
	*steps = (struct steps){ 0 };
}
