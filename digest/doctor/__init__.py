"""``digest doctor``: whether this installation can do its work, and what to do where it cannot.

A check is a function from a ``Patient`` to findings and stands in ``CHECKS``. What a record, a
policy or a key says is read by pure modules (spf, dkim, dmarc, transport_tls); DNS, the web and the
machine are asked at the edge (dns, web, machine). It changes nothing, and mails nobody.
"""
