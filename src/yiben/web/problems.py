"""Problems in the reader's words (问题说明): where it stands, what was found, what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yiben.kernel.problems import Problem
from yiben.readers.tables import explain
from yiben.scenes.model import Pack
from yiben.web.words import language, say

# What the ledger and the packs say by code; the tables' own catalogue explains the rest.
CHINESE = {
    "unknown-subject": ("账内没有这个对象", "应为账内已有的对象"),
    "unknown-field": ("本账没有这个字段：{found}", "应为本账的字段"),
    "bad-value": ("{found}", "应为：{expected}"),
    "bad-key": ("编号不合要求：{found}", "应为 1 至 200 个字符的编号"),
    "missing-value": ("没有填写：{found}", "必填"),
    "key-changed": ("编号不能更改：{found}", "应与原编号一致"),
    "not-allowed": ("您的岗位不能为该单位记账：{found}", "{expected}"),
    "changed-meanwhile": ("您看过之后，别人改了这一项：{found}", "请核对后决定：{expected}"),
    "stated-twice": ("同一项有两个不同的值：{found}", "只能有一个值"),
    "bad-period": ("时期有误：{found}", "应为时期，如 2026-07"),
    "unknown-node": ("没有这个节点：{found}", "{expected}"),
    "node-frozen": ("年度计划已冻结：{found}", "请在计划页提出调整，由他人批准"),
    "reason-missing": ("没有写原因", "改日期须写明原因"),
    "node-done": ("节点已完成：{found}", "应为未完成的节点"),
    "withdraw-holding": ("账户中尚有余额，不能撤销：{found}", "请先办理退回、使用或调剂，使余额为零"),
    "no-change": ("日期没有变化：{found}", "应为另一个日期"),
    "no-question": ("没有待批准的调整", "应为已提出、未答复的调整"),
    "own-approval": ("不能批准自己提出的调整", "应由其他有批准权的人员批准"),
    "frozen-twice": ("年度计划已经冻结", "每年只冻结一次；以后的调整经批准办理"),
    "no-nodes": ("没有节点日期：{found}", "应有带日期的节点"),
    "bad-day": ("日期有误：{found}", "应为日期，如 2026-09-30"),
    "impossible": ("排不下：{found}", "应为：{expected}"),
    "no-template": ("没有对应的审批网络：{found}", "应在场景包 plan 部分写明"),
    "plan-cell": ("{found}", "应为：{expected}"),
    "sheet-columns": ("没有计划表的列：{found}", "应有列“编号”和“工期(天)”"),
    "seal-early": ("本月尚未结束：{found}", "应在月份结束后封账"),
    "seal-twice": ("已经封账：{found}", "每月只封账一次"),
    "seal-order": ("封账次序有误：{found}", "应按月份先后封账"),
    "seal-period": ("不是一个月：{found}", "应为一个月，如 2026-07"),
    "case-words": ("{found}", "请写明，{expected}"),
    "case-state": ("此时不能这样做：{found}", "请先看办理过程"),
    "case-moved-on": ("您看过之后又有新的一步：{found}", "请核对后决定"),
    "case-level": ("没有这个层级或已是最高层级：{found}", "{expected}"),
    "case-slip": ("没有这种单：{found}", "{expected}"),
    "case-days": ("工作日数：{found}", "应为 1 至 250"),
    "case-receiver": ("没有这个单位：{found}", "应为在用的单位"),
    "case-nothing": ("没有填写事项", "至少一项"),
    "case-evidence": ("没有照片或材料", "这一层级的反馈须附佐证"),
    "case-files": ("{found}", "应为已上传的文件，至多 20 个"),
    "case-own-answer": ("反馈人不能审核自己的反馈：{found}", "应由他人审核"),
    "case-no-rule": ("不是由规则立的件，不能豁免", "由规则立的件"),
    "inspection-day": ("督查日期：{found}", "应为已到的日子"),
    "photo-kind": ("不是完整的照片", "应为 JPEG、PNG 或 HEIC 照片"),
    "photo-none": ("没有选择照片", "至少一张"),
    "file-kind": ("这类文件不收", "应为照片、PDF、Word 或 Excel"),
    "file-size": ("文件大小：{found}", "{expected}"),
    "filing-early": ("时期还没有开始：{found}", "应为已开始的时期"),
    "filing-verified": ("已审核：{found}", "请先请审核人退回"),
    "filing-backwards": ("比上期倒退：{found}", "不小于上期，或写明原因"),
    "filing-over-plan": ("本年累计已超年度计划：{found}", "{expected}"),
    "filing-total": ("累计数：{found}", "应为 {expected}"),
    "filing-future": ("日期还没有到：{found}", "{expected}"),
    "filing-state": ("不能审核：{found}", "应为已报送、待审核的"),
    "filing-own": ("不能审核自己填报的：{found}", "应由他人审核"),
    "filing-nothing": ("没有选择", "至少一行"),
    "filing-note": ("退回说明：{found}", "请写明退回原因"),
    "webhook-name": ("名称：{found}", "应为 1 至 60 个字"),
    "webhook-events": ("事件：{found}", "至少一种：finding、case、publication"),
    "webhook-form": ("没有这种格式：{found}", "{expected}"),
    "webhook-many": ("登记的地址太多：{found}", "请先停止一些"),
    "webhook-address": ("不能发往这个地址：{found}", "应为：{expected}"),
    "webhook-unknown": ("没有这个推送：{found}", "应为登记中的推送"),
    "token-days": ("有效天数：{found}", "{expected}"),
    "photo-caption": ("说明有 {found}", "至多 500 个字"),
    "photo-reason": ("没有写理由", "请写明为何撤下"),
    "photo-unknown": ("没有这张照片：{found}", "应为本项目的照片"),
    "file-name": ("文件名：{found}", "应为普通文件名"),
    "case-origin": ("没有这种来源：{found}", "{expected}"),
    "bulletin-period": ("不是一个月：{found}", "应为一个月，如 2026-07"),
    "document-unsealed": ("还没有封账：{found}", "应先封账，通报上要印封印"),
    "document-reason": ("已经发布过：{found}", "请写明更正原因"),
    "document-unchanged": ("内容没有变化：{found}", "有更正的内容才再发布"),
    "document-approved": ("已经签发", "应为待签发的文件"),
    "document-own": ("发布人不能自己签发：{found}", "应由他人签发"),
    "document-size": ("文件大小：{found}", "应为：{expected}"),
    "document-envelope": ("文件里没有可核验的数据：{found}", "应为一本账生成的文件"),
    "document-unreadable": ("文件打不开：{found}", "应为完整的 docx、pdf 或 html"),
    "document-large": ("文件太大：{found}", "{expected}"),
    "document-text": ("文字被改动：{found}", "应为：{expected}"),
    "document-unknown": ("账内没有发布过：{found}", "应为本账发布的文件"),
    "document-issue": ("签发情况不符：{found}", "应为：{expected}"),
    "document-sources": ("算不出来：{found}", "账内应有其来源"),
    "document-figure": ("印的数：{found}", "按账应为：{expected}"),
    "document-words": ("文字或表格不同：{found}", "应与账内一致"),
    "document-empty": ("文件里没有文字", "应为有正文的报告；若是扫描件，请先做文字识别"),
    "document-kind": (
        "不是可读的报告（加密文件、旧版 .doc、图片或压缩包）",
        "请另存为不带密码的 docx，或先做文字识别",
    ),
    "document-binary": (
        "不是文字，或编码无法识别",
        "应为 docx、pdf、html、txt 或 md，文字用 UTF-8 或 GB18030",
    ),
    "docx-broken": ("Word 文件已损坏", "请用 Word 打开后重新另存为 docx"),
    "docx-empty": ("Word 文件里没有文字", "应为有正文的报告"),
    "docx-encrypted": ("Word 文件有密码", "请去掉密码后另存"),
    "docx-large": ("Word 文件解开后太大", "请分成几个文件"),
    "docx-kind": ("压缩包里不是 Word 文件", "应为 docx"),
    "pdf-encrypted": ("PDF 有密码", "请去掉密码后另存"),
    "pdf-broken": ("PDF 已损坏", "请重新导出 PDF"),
    "pdf-large": ("PDF 页数太多：{found}", "请分成几个文件"),
    "pdf-scan": ("PDF 是扫描件，没有文字层", "请先做文字识别（OCR）"),
    "unknown-record": ("报告里没有这条记录", "应为本报告的记录"),
    "unknown-state": ("没有这种审核意见：{found}", "应为采纳、不采纳或退回待审"),
    "not-correctable": ("这一项不能更正：{found}", "可更正指标、数值、单位、地区、时期、进展等"),
    "not-a-number": ("填的不是数：{found}", "应为一个数，如 12.5，或一段范围，如 5-6"),
    "contest-entries": ("参赛项目数：{found}", "应为：{expected}"),
    "contest-entry": ("没有这个项目：{found}", "{expected}"),
    "contest-judges": ("评委数：{found}", "应为：{expected}"),
    "contest-judge": ("不能作评委：{found}", "应为在岗、可为本单位填报的人员"),
    "contest-sheet": ("不是您的评分表：{found}", "应为本人的评分表"),
    "contest-score": ("评分有误：{found}", "应为：{expected}"),
    "bad-filter": ("筛选值无法识别：{found}", "{expected}"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A problem ready for a page."""

    where: str
    found: str
    expected: str
    is_error: bool
    subject: str = ""
    field: str = ""


def told(problem: Problem, *, pack: Pack | None = None) -> Told:
    """One problem in the reader's language."""
    found, expected = explain(problem, pack=pack, language=language())
    if language() == "zh" and problem.code in CHINESE:
        texts = {"found": problem.found, "expected": problem.expected}
        found, expected = (text.format_map(texts) for text in CHINESE[problem.code])
    return Told(
        where=str(problem.place) or say("整体"),
        found=found,
        expected=expected,
        is_error=problem.severity == "error",
        subject=problem.place.subject,
        field=problem.place.field,
    )


def all_told(problems: Iterable[Problem], *, pack: Pack | None = None) -> list[Told]:
    """Some problems in the reader's language, errors first."""
    return sorted((told(one, pack=pack) for one in problems), key=lambda one: not one.is_error)
