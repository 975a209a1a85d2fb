"""The merchant area, mounted at `merchant/` on every site."""

from __future__ import annotations

from django.urls import path

from merchants.web import batches, batchlist, coupons, files, jobs, templates, wallets

app_name = "merchants"
urlpatterns = [
    path("batches/", batchlist.BatchListView.as_view(), name="batch-list"),
    path("batches/new/", batches.BatchCreateView.as_view(), name="batch-create"),
    path("batches/new/draft/", batches.DraftView.as_view(), name="batch-draft"),
    path("batches/new/preview/<str:token>.<str:form>", batches.PreviewFileView.as_view(), name="batch-preview"),
    path("batches/<uuid:batch_id>/", batchlist.BatchView.as_view(), name="batch"),
    path("batches/<uuid:batch_id>/pause/", batchlist.PauseView.as_view(), name="batch-pause"),
    path("batches/<uuid:batch_id>/resume/", batchlist.ResumeView.as_view(), name="batch-resume"),
    path("batches/<uuid:batch_id>/cancel/", batchlist.CancelView.as_view(), name="batch-cancel"),
    path("batches/<uuid:batch_id>/extend/", batchlist.ExtendView.as_view(), name="batch-extend"),
    path("batches/<uuid:batch_id>/void/", batchlist.VoidView.as_view(), name="batch-void"),
    path("batches/<uuid:batch_id>/export/", coupons.ExportView.as_view(), name="batch-export"),
    path("coupons/", coupons.CouponListView.as_view(), name="coupon-list"),
    path("coupons/<uuid:coupon_id>/void/", coupons.CouponVoidView.as_view(), name="coupon-void"),
    path("templates/", templates.TemplateListView.as_view(), name="template-list"),
    path("templates/new/", templates.TemplateCreateView.as_view(), name="template-create"),
    path("templates/library/", templates.LibraryView.as_view(), name="template-library"),
    path("templates/archived/", templates.TemplateArchiveListView.as_view(), name="template-archive"),
    path("templates/<uuid:template_id>/", templates.TemplateEditView.as_view(), name="template-edit"),
    path("templates/<uuid:template_id>/archive/", templates.TemplateArchiveView.as_view(), name="template-archive-one"),
    path("templates/<uuid:template_id>/restore/", templates.TemplateRestoreView.as_view(), name="template-restore"),
    path("library/<uuid:template_id>/<str:size>/", files.LibraryImageView.as_view(), name="library-image"),
    path("files/<path:path>", files.FileView.as_view(), name="file"),
    path("wallets/", wallets.WalletsView.as_view(), name="wallet-list"),
    path("wallets/<str:unit>/", wallets.WalletView.as_view(), name="wallet"),
    path("jobs/<uuid:job_id>/", jobs.JobView.as_view(), name="job"),
    path("jobs/<uuid:job_id>/cancel/", jobs.JobCancelView.as_view(), name="job-cancel"),
    path("jobs/<uuid:job_id>/retry/", jobs.JobRetryView.as_view(), name="job-retry"),
    path("jobs/<uuid:job_id>/file/", jobs.JobFileView.as_view(), name="job-file"),
]
