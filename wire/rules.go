package wire

// Rules lists every call of the product, callee by callee: what the tables in docs/trust.md and the tests are made from.
func Rules() []Rule {
	return []Rule{
		StoreLease.Rule, StoreResolve.Rule, StoreIdentity.Rule, StoreRelay.Rule, StoreContract.Rule, StoreAccept.Rule, StoreRefuse.Rule,
		StoreContact.Rule, StoreHosts.Rule, StoreMailboxes.Rule, StoreFolder.Rule, StoreSelect.Rule, StoreFetch.Rule, StoreFlag.Rule,
		StoreCopy.Rule, StoreExpunge.Rule, StoreRewrap.Rule, StoreWatch.Rule, StoreIndex.Rule, StoreMerge.Rule, StoreDue.Rule,
		StoreSpool.Rule, StoreOutcome.Rule, StoreAdmin.Rule, StoreList.Rule, StoreDecide.Rule, StoreUsage.Rule, StoreSnapshot.Rule,
		VaultHello.Rule, VaultContract.Rule, VaultAccount.Rule, VaultSlot.Rule, VaultLogin.Rule, VaultLogout.Rule, VaultOpen.Rule,
		VaultSpool.Rule, VaultRelease.Rule, VaultTransit.Rule, VaultSign.Rule, VaultTLS.Rule, VaultSigner.Rule, VaultChains.Rule,
		VaultTail.Rule, VaultVerify.Rule, VaultInform.Rule, VaultStreams.Rule, VaultProve.Rule, VaultPrune.Rule, VaultHold.Rule,
		VaultSubmit.Rule, VaultCosign.Rule,
		InspectScan.Rule, InspectRewrite.Rule, InspectText.Rule, InspectRender.Rule, InspectPicture.Rule, InspectPreview.Rule,
		VaultRotate.Rule, VaultRecover.Rule, VaultOfficers.Rule, VaultArchive.Rule, VaultArchiveRead.Rule, VaultArchiveShut.Rule,
		VaultTerminate.Rule, VaultTerminated.Rule, VaultContact.Rule, VaultSnapshot.Rule, LinkKey.Rule, LinkWitness.Rule, ReaderTake.Rule, StoreHost.Rule, VaultPin.Rule,
		StoreIncident.Rule, VaultScope.Rule, VaultAddress.Rule,
		GateSubmit.Rule, DialLookup.Rule, DialConnect.Rule,
		StoreEmailQuery.Rule, StoreEmails.Rule, StoreEmailChanges.Rule, StoreEmailSet.Rule, StoreThreads.Rule, StoreUpload.Rule, StoreUploaded.Rule, StoreItems.Rule,
		StoreItemSet.Rule, StoreOwnKept.Rule, StoreOwnDecide.Rule, StorePeople.Rule, StorePartners.Rule, StoreEmailCounts.Rule, StoreMe.Rule, StorePage.Rule, StoreAmend.Rule,
		StoreGrant.Rule, StoreLook.Rule, StoreSettle.Rule, StoreSteer.Rule, StoreEnd.Rule, VaultHandEnd.Rule, VaultEnding.Rule, StoreCount.Rule, StoreCase.Rule, VaultHandContract.Rule, VaultHandAccount.Rule, VaultHandSigner.Rule,
		VaultHandKept.Rule, VaultHandTransit.Rule, VaultToken.Rule, VaultHandLedger.Rule, VaultRefused.Rule, VaultGranted.Rule, WebmailAsk.Rule, WebmailWatch.Rule,
		ConsoleAsk.Rule, DeskAsk.Rule, VaultEnter.Rule, StorePerson.Rule, StoreWarn.Rule, VaultSignIn.Rule, VaultSecond.Rule, VaultCapability.Rule, VaultSession.Rule,
		VaultSignOut.Rule, VaultSecurity.Rule, VaultPasskey.Rule, VaultFactor.Rule, VaultACME.Rule, FetchPicture.Rule, VaultTyping.Rule, VaultRequest.Rule, VaultInstall.Rule,
		StoreMay.Rule, VaultLink.Rule, StoreLinkLook.Rule, StoreLinkAct.Rule, StoreInquire.Rule, StoreNotices.Rule, StoreNoticed.Rule, StoreInquiries.Rule,
		StorePlaces.Rule, StoreFilter.Rule, VaultFilter.Rule, InspectFilter.Rule, StoreSelf.Rule, StoreOwnTrace.Rule, StoreCorrespondents.Rule, VaultOwnKept.Rule,
		StoreSenders.Rule, StoreSenderSet.Rule, StoreStance.Rule, VaultLinkRelease.Rule, StoreDigest.Rule, StoreDeputy.Rule, StoreTeach.Rule, StoreLearned.Rule, VaultMask.Rule, VaultPrint.Rule, StorePrints.Rule, StoreHabit.Rule, StoreWays.Rule, StoreInsider.Rule, StoreOwn.Rule,
		VaultURL.Rule, VaultURLCheck.Rule, StoreURL.Rule, StoreURLCount.Rule, StoreFeeds.Rule, StoreFeedSet.Rule, InspectURL.Rule,
		VaultReturn.Rule, FetchPolicy.Rule, StoreTransport.Rule, StoreSTS.Rule, InspectDMARC.Rule, StoreReport.Rule, StoreReports.Rule,
		StoreObserve.Rule, StoreObserved.Rule, StoreReportsDue.Rule, StoreReportSent.Rule, StoreReportOrder.Rule, StoreTLSReports.Rule,
	}
}
