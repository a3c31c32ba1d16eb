/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "select/verdict.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* Takes DETAIL over. */
static int set_verdict(struct plan_package *package, bool selected, enum reason reason,
		       const char *culprit, char *detail)
{
	char *own = culprit ? text_printable(culprit) : NULL;

	free(package->detail);
	free(package->culprit);
	package->selected = selected;
	package->reason = reason;
	package->detail = detail;
	package->culprit = own;
	return detail && (own || !culprit) ? 0 : -ENOMEM;
}

int verdict_refuse(struct plan_package *package, enum reason reason, const char *culprit,
		   const char *format, ...)
{
	auto_free char *text = NULL;
	va_list args;

	va_start(args, format);
	text = text_vformat(format, args);
	va_end(args);
	return text ? set_verdict(package, false, reason, culprit, text_printable(text)) : -ENOMEM;
}

static size_t count_devices(const struct plan_package *package)
{
	size_t count = 0;

	/* Hints are sorted by device. */
	for (size_t i = 0; i < package->hint_count; i++)
		if (i == 0 || package->hints[i].device != package->hints[i - 1].device)
			count++;
	return count;
}

int verdict_select(struct plan_package *package, enum reason reason, const char *culprit)
{
	size_t devices = count_devices(package);
	const char *plural = devices == 1 ? "" : "s";
	char *detail = NULL;

	if (reason == REASON_REQUIRED)
		detail = text_format("required by %s", culprit ? culprit : "the installed system");
	else if (reason == REASON_UPDATE)
		detail = text_format("replaces the installed %s, for %zu device%s", culprit,
				     devices, plural);
	else if (reason == REASON_INSTALLED)
		detail = text_format("this build is installed, for %zu device%s", devices, plural);
	else
		detail = text_format("its hints fit %zu device%s", devices, plural);
	return set_verdict(package, true, reason, culprit, detail);
}

static const char *differ(size_t count)
{
	return count == 1 ? "has another CRC" : "have other CRCs";
}

static int verdict_absent(struct plan_package *package, const struct kernel *kernel,
			  const char *culprit)
{
	const struct symbol *symbol = symbol_table_find(kernel->symbols, culprit);

	return verdict_refuse(package, REASON_MISSING_MODULE, culprit,
			      "it needs %s of the kernel's module %s, which its tree does not have",
			      culprit, symbol && symbol->exporter ? symbol->exporter : "?");
}

int verdict_kabi(struct plan_package *package, const struct kernel *kernel, const char *culprit,
		 bool absent)
{
	const struct kabi *kabi = &package->kabi;

	if (absent)
		return verdict_absent(package, kernel, culprit);
	if (kabi->checked == 1)
		return verdict_refuse(package, REASON_KABI_MISMATCH, culprit,
				      "the kernel symbol that it needs %s",
				      kabi->missing.count ? "is missing" : "has another CRC");
	if (kabi->missing.count && kabi->differing.count)
		return verdict_refuse(package, REASON_KABI_MISMATCH, culprit,
				      "of the %zu kernel symbols that it needs, %zu %s and %zu %s",
				      kabi->checked, kabi->differing.count,
				      differ(kabi->differing.count), kabi->missing.count,
				      kabi->missing.count == 1 ? "is missing" : "are missing");
	if (kabi->missing.count)
		return verdict_refuse(package, REASON_KABI_MISMATCH, culprit,
				      "%zu of the %zu kernel symbols that it needs %s missing",
				      kabi->missing.count, kabi->checked,
				      kabi->missing.count == 1 ? "is" : "are");
	return verdict_refuse(package, REASON_KABI_MISMATCH, culprit,
			      "%zu of the %zu kernel symbols that it needs %s",
			      kabi->differing.count, kabi->checked, differ(kabi->differing.count));
}

/* The finding that says most: the gravest one, and of those one that no other package causes. */
static const struct kabi_finding *gravest(const struct kabi *kabi)
{
	const struct kabi_finding *found = NULL;

	for (size_t i = 0; i < kabi->finding_count; i++) {
		const struct kabi_finding *finding = &kabi->findings[i];

		if (!found || (found->cause && !finding->cause) ||
		    (!found->cause == !finding->cause && finding->fault < found->fault))
			found = finding;
	}
	return found;
}

static int verdict_unknown(struct plan_package *package, const struct kernel *kernel)
{
	return verdict_refuse(package, REASON_KABI_UNKNOWN, kernel->release, "%s",
			      kernel->symbols
				      ? "nothing in its modules could be compared with the kernel"
				      : "nothing says which symbols the kernel has; give the "
					"kernel's symvers file with --kernel");
}

static int verdict_unreadable(struct plan_package *package, const char *name)
{
	const char *why = NULL;

	for (size_t i = 0; i < package->module_count; i++)
		if (text_equal(package->modules[i].name, name))
			why = package->modules[i].unreadable;
	return verdict_refuse(package, REASON_UNREADABLE_MODULE, name,
			      "its module %s cannot be read%s%s", name, why ? ": " : "",
			      why ? why : "");
}

static int verdict_finding(struct plan_package *package, const struct kernel *kernel,
			   const struct kabi_finding *finding)
{
	const char *module = finding->module, *symbol = finding->symbol;

	switch (finding->fault) {
	case FAULT_UNREADABLE:
		return verdict_unreadable(package, module);
	case FAULT_ARCH:
		return verdict_refuse(package, REASON_OTHER_ARCH, symbol,
				      "its module %s is built for %s", module, symbol);
	case FAULT_VERMAGIC:
		if (text_equal(symbol, kernel->vermagic))
			return verdict_refuse(package, REASON_VERMAGIC_MISMATCH, module,
					      "its module %s records no CRCs of symbols, without "
					      "which this kernel loads none",
					      module);
		return verdict_refuse(package, REASON_VERMAGIC_MISMATCH, symbol,
				      "its module %s is built for '%s', the kernel is '%s'", module,
				      symbol ? symbol : "",
				      kernel->vermagic ? kernel->vermagic : kernel->release);
	case FAULT_BUILTIN:
		return verdict_refuse(package, REASON_BUILT_IN_MODULE, module,
				      "its module %s is built into the kernel, so it is never "
				      "loaded",
				      module);
	case FAULT_GPL_ONLY:
		return verdict_refuse(package, REASON_GPL_ONLY_SYMBOL, symbol,
				      "its module %s, or one that it uses, is not under the GPL, "
				      "and the symbol %s is only for those that are",
				      module, symbol);
	case FAULT_NAMESPACE:
		return verdict_refuse(
			package, REASON_MISSING_NAMESPACE, symbol,
			"its module %s does not import the namespace of the symbol %s", module,
			symbol);
	case FAULT_DUPLICATE_SYMBOL:
		return verdict_refuse(package, REASON_DUPLICATE_SYMBOL, symbol,
				      "its module %s exports %s, which %s exports too", module,
				      symbol, finding->cause ? finding->cause : "the kernel");
	case FAULT_CYCLE:
		return verdict_refuse(package, REASON_DEPENDENCY_CYCLE, symbol,
				      "its module %s and the module %s need each other", module,
				      symbol);
	default:
		return verdict_kabi(package, kernel, symbol,
				    finding->fault == FAULT_MISSING_MODULE);
	}
}

int verdict_proof(struct plan_package *package, const struct kernel *kernel)
{
	const struct kabi_finding *finding = gravest(&package->kabi);

	return finding ? verdict_finding(package, kernel, finding)
		       : verdict_unknown(package, kernel);
}

int verdict_breaks(struct plan_package *package, const struct plan_package *winner,
		   const char *symbol)
{
	return verdict_refuse(package, REASON_CONFLICT, winner->driver.nevra,
			      "its modules and those of %s, which ranks better, break each other: "
			      "%s",
			      winner->driver.nevra, symbol);
}

int verdict_family(struct plan_package *loser, const struct plan_package *winner, int order)
{
	if (winner->rank.policy > loser->rank.policy)
		return verdict_refuse(loser, REASON_OUTRANKED, winner->driver.nevra,
				      "the policy prefers %s", winner->driver.nevra);
	if (winner->rank.priority < loser->rank.priority)
		return verdict_refuse(loser, REASON_OUTRANKED, winner->driver.nevra,
				      "%s comes from a repository of higher priority",
				      winner->driver.nevra);
	if (order >= 0)
		return verdict_refuse(loser, REASON_OUTRANKED, winner->driver.nevra,
				      "%s has the same version and ranks better",
				      winner->driver.nevra);
	return verdict_refuse(loser, REASON_OLDER, winner->driver.nevra, "%s is newer and fits too",
			      winner->driver.nevra);
}

int verdict_trust(struct plan_package *package)
{
	static const enum reason reasons[] = {
		[TRUST_UNCHECKED] = REASON_UNTRUSTED,
		[TRUST_UNSIGNED] = REASON_UNSIGNED,
		[TRUST_UNKNOWN_KEY] = REASON_UNKNOWN_KEY,
		[TRUST_UNSUPPORTED] = REASON_UNSUPPORTED_SIGNATURE,
		[TRUST_EXPIRED] = REASON_EXPIRED_KEY,
		[TRUST_WEAK] = REASON_WEAK_SIGNATURE,
		[TRUST_CLOCK_UNSET] = REASON_UNTRUSTED,
		[TRUST_GOOD] = REASON_UNTRUSTED,
		[TRUST_REVOKED] = REASON_REVOKED_KEY,
		[TRUST_BAD] = REASON_BAD_SIGNATURE,
	};
	auto_free char *text = trust_text(&package->trust);

	return text ? verdict_refuse(package, reasons[package->trust.status], package->trust.key,
				     "%s", text)
		    : -ENOMEM;
}

int verdict_policy(struct plan_package *package, const struct policy *policy,
		   const struct policy_rule *rule)
{
	auto_free char *place = text_format("%s:%zu", policy->path, rule->line);
	const char *version = rule->patterns[POLICY_VERSION];
	bool pin = rule->action == POLICY_PIN;

	if (!place)
		return -ENOMEM;
	return verdict_refuse(package, REASON_BLOCKED_BY_POLICY, place, "%s %s%s%s%s", place,
			      pin ? "pins it to version " : "blocks it", pin ? version : "",
			      rule->reason ? ": " : "", rule->reason ? rule->reason : "");
}

int verdict_same_module(struct plan_package *loser, const struct plan_package *winner,
			const char *module)
{
	return verdict_refuse(loser, REASON_OUTRANKED, winner->driver.nevra,
			      "%s ships the module %s too and ranks better", winner->driver.nevra,
			      module);
}

int verdict_needs_rival(struct plan_package *package, const struct plan_package *required)
{
	return verdict_refuse(package, REASON_CONFLICT, required->driver.nevra,
			      "it requires %s, which ships the same modules",
			      required->driver.nevra);
}

int verdict_refusal(struct plan_package *package, enum refusal refusal, const char *culprit)
{
	const char *what = culprit ? culprit : "something unknown";

	switch (refusal) {
	case REFUSAL_KERNEL:
		return verdict_refuse(package, REASON_OTHER_KERNEL, culprit, "it requires %s",
				      what);
	case REFUSAL_DEPENDENCY:
		return verdict_refuse(package, REASON_MISSING_DEPENDENCY, culprit,
				      "it requires %s, which nothing provides that could be used",
				      what);
	case REFUSAL_OTHER_BUILD:
		return verdict_refuse(package, REASON_CONFLICT, culprit,
				      "it needs another build of a package than %s", what);
	default:
		return verdict_refuse(package, REASON_CONFLICT, culprit, "it conflicts with %s",
				      what);
	}
}

int verdict_no_device(struct plan_package *package)
{
	return verdict_refuse(package, REASON_NO_DEVICE, NULL,
			      package->driver.hint_count
				      ? "none of its hints fits a device here"
				      : "it has no hints, so that hardware never selects it");
}

int verdict_by_hints(struct plan_package *package, const struct kernel *kernel, const char *prefix)
{
	if (!package->hint_count)
		return verdict_refuse(package, REASON_MATCH_ALL_HINT,
				      package->driver.hint_count ? package->driver.hints[0].text
								 : NULL,
				      "only a hint that fits every machine speaks for it");
	if (!prefix)
		return verdict_refuse(package, REASON_MISSING_DEPENDENCY, NULL,
				      "its hint is tied to a condition that does not hold");
	if (text_starts(prefix, "kernel-"))
		return verdict_refuse(package, REASON_OTHER_FLAVOR, prefix,
				      "it is for %s, the kernel is kernel-%s", prefix,
				      kernel->flavor);
	return verdict_refuse(package, REASON_MISSING_DEPENDENCY, prefix,
			      "its hint is tied to %s, which is not there", prefix);
}

int verdict_by_flavor(struct plan_package *package, const struct kernel *kernel, bool *ret_judged)
{
	const struct driver *driver = &package->driver;

	*ret_judged = false;
	for (size_t i = 0; i < driver->symbol_count; i++)
		if (text_equal(driver->symbols[i].flavor, kernel->flavor))
			return 0;
	if (driver->symbol_count == 0)
		return 0;
	*ret_judged = true;
	return verdict_refuse(package, REASON_OTHER_FLAVOR, driver->symbols[0].symbol,
			      "it needs symbols of kernel-%s, the kernel is kernel-%s",
			      driver->symbols[0].flavor, kernel->flavor);
}
