/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deliver/copy.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "select/inspect.h"
#include "trust/digest.h"

int copy_open(int fd, const struct plan_package *package, struct rpm **ret, struct error *reterr)
{
	const struct driver *driver = &package->driver;
	const char *name = driver->location ? driver->location : driver->nevra;
	auto_rpm struct rpm *rpm = NULL;
	int r = rpm_open(fd, name, &rpm, reterr);

	if (r < 0)
		return r;
	if (strcmp(rpm_nevra(rpm), driver->nevra) != 0)
		return error_setf(reterr, -EBADMSG, STAGE_PACKAGE, driver->nevra,
				  "refresh the repository's metadata",
				  "the RPM %s is the package %s", name, rpm_nevra(rpm));
	r = rpm_verify_payload(rpm, reterr);
	if (r < 0)
		return r;
	*ret = take(rpm);
	return 0;
}

static int changed(const struct plan_package *package, struct error *reterr)
{
	return error_set(reterr, -EBADMSG, STAGE_PACKAGE, package->driver.nevra,
			 "it changed while it was read", "run it again");
}

int copy_check(const struct stage_rpm *rpm, int fd, const struct plan_package *package,
	       const char *sha256, struct error *reterr)
{
	auto_trust struct trust trust = { 0 };
	int r;

	if (!digest_equal(package->rpm_sha256, sha256))
		return changed(package, reterr);
	r = rpm->source ? inspect_trust(fd, rpm->source, &package->driver, &trust, reterr) : 0;
	if (r < 0)
		return r;
	if (trust.status != package->trust.status || !text_equal(trust.key, package->trust.key))
		return changed(package, reterr);
	return 0;
}

int copy_check_modules(const struct plan_package *package, const struct plan_package *fresh,
		       struct error *reterr)
{
	size_t same = 0;

	for (size_t i = 0; i < fresh->module_count; i++)
		for (size_t j = 0; j < package->module_count; j++)
			same += text_equal(package->modules[j].name, fresh->modules[i].name) &&
				text_equal(package->modules[j].sha256, fresh->modules[i].sha256);
	if (same != fresh->module_count || same != package->module_count)
		return changed(package, reterr);
	return 0;
}

int copy_check_other(const struct stage_rpm *from, int fd, const struct plan_package *package,
		     const char *sha256, struct error *reterr)
{
	auto_trust struct trust trust = { 0 };
	int r = from->source ? inspect_trust(fd, from->source, &package->driver, &trust, reterr)
			     : 0;

	if (r < 0)
		return r;
	if (package->inspected && !digest_equal(package->rpm_sha256, sha256))
		return changed(package, reterr);
	if (!trust_is_enough(&trust, from->gpg_checks))
		return error_setf(reterr, -EPERM, STAGE_PACKAGE, package->driver.nevra, NULL,
				  "its signature is not trusted (%s)",
				  trust_status_id(trust.status));
	return 0;
}
